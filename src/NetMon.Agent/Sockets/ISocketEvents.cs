using NetMon.Bpf.Records;

namespace NetMon.Agent.Sockets;

/// <summary>Where the kernel's events about sockets come from, or a test's. Used by the capture loop's thread.</summary>
internal interface ISocketEvents
{
    /// <returns>Events handed out; fewer than <paramref name="max"/> when no more are there.</returns>
    int Consume(SocketSink sink, int max);

    /// <summary>Whether so much waits that the loop should not sleep on. Any thread.</summary>
    bool HasMuch { get; }

    /// <summary>Starts a walk through all sockets. Used by the walker's thread.</summary>
    ISocketWalk OpenWalk();
}

internal interface ISocketWalk : IDisposable
{
    /// <returns>Events written; 0 at the end of the walk.</returns>
    int Read(Span<SocketEvent> events);
}
