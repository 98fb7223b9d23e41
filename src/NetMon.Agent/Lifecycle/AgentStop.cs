namespace NetMon.Agent.Lifecycle;

/// <summary>Why an agent stops.</summary>
public enum StopReason
{
    /// <summary>It has not been told to: it runs, or broke down.</summary>
    None,

    /// <summary>SIGINT: a person at a terminal.</summary>
    Interrupted,

    /// <summary>SIGTERM: a service manager.</summary>
    Terminated,

    /// <summary>By the API: programs are to stay.</summary>
    AskedToKeep,

    /// <summary>By the API: programs are to go.</summary>
    AskedToDetach,
}

/// <summary>Tells a running agent to stop, once. From any thread.</summary>
public sealed class AgentStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private int _reason;

    /// <summary>Cancelled by the first <see cref="Request"/>.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The first one.</summary>
    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    public void Request(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None) == 0)
        {
            _source.Cancel();
        }
    }

    public void Dispose() => _source.Dispose();
}
