using System.Diagnostics;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking.Health;

/// <summary>A TCP connection from 10.0.0.1:40000 to 10.0.0.2:80, each segment with all numbers as the test says. Both ends start at 1000 and 5000.</summary>
internal sealed class Script(KernelRun run)
{
    public const uint Client = 1001;
    public const uint Server = 5001;
    public const ushort Window = 500;

    private static readonly TimeSpan Standstill = TimeSpan.FromMilliseconds(60);

    private long _last;
    private TimeSpan _paused;
    private TimeSpan _longest;

    public static void Pause(int milliseconds) => Thread.Sleep(milliseconds);

    /// <summary>
    /// Plays a script whose outcome depends on what comes soon after what, until the machine did not stand still between two of its segments for
    /// longer than the pauses that are part of it.
    /// </summary>
    /// <param name="steps">The script; waits with <see cref="Wait"/>.</param>
    /// <param name="options">Of the programs.</param>
    /// <param name="standstill">How long it must not; null: far below the shortest time-out of a sender.</param>
    /// <returns>The only flow.</returns>
    public static SeenFlow Play(
        Action<Script> steps,
        FlowProgramOptions? options = null,
        TimeSpan? standstill = null
    )
    {
        for (var left = 100; ; left--)
        {
            using var run = new KernelRun(options);
            var script = new Script(run);
            steps(script);
            if (script._longest < (standstill ?? Standstill) || left == 0)
            {
                return run.DrainSingle();
            }
        }
    }

    /// <summary>A pause that is part of the script.</summary>
    public Script Wait(int milliseconds)
    {
        Pause(milliseconds);
        _paused += TimeSpan.FromMilliseconds(milliseconds);
        return this;
    }

    public Script FromClient(
        uint sequence,
        uint acknowledgment,
        int payload = 0,
        ushort window = Window,
        TcpFlags flags = TcpFlags.Ack,
        byte[]? options = null,
        ushort segments = 0
    ) =>
        Send(
            "10.0.0.1",
            40000,
            "10.0.0.2",
            80,
            new(sequence, acknowledgment, payload, window, flags, options, segments)
        );

    public Script FromServer(
        uint sequence,
        uint acknowledgment,
        int payload = 0,
        ushort window = Window,
        TcpFlags flags = TcpFlags.Ack,
        byte[]? options = null,
        ushort segments = 0
    ) =>
        Send(
            "10.0.0.2",
            80,
            "10.0.0.1",
            40000,
            new(sequence, acknowledgment, payload, window, flags, options, segments)
        );

    /// <summary>SYN, SYN/ACK, ACK, with a round trip of a few milliseconds to each end.</summary>
    public Script Open(byte[]? clientOptions = null, byte[]? serverOptions = null, int pause = 5)
    {
        FromClient(Client - 1, 0, flags: TcpFlags.Syn, options: clientOptions);
        Wait(pause);
        FromServer(Server - 1, Client, flags: TcpFlags.Syn | TcpFlags.Ack, options: serverOptions);
        Wait(pause);
        return FromClient(Client, Server);
    }

    private Script Send(
        string source,
        ushort sourcePort,
        string destination,
        ushort destinationPort,
        Segment segment
    )
    {
        var packet = Packet
            .Ethernet()
            .IPv4(source, destination)
            .Tcp(
                sourcePort,
                destinationPort,
                segment.Flags,
                segment.Sequence,
                t =>
                    t with
                    {
                        Window = segment.Window,
                        Acknowledgment = segment.Acknowledgment,
                        Options = segment.Options ?? [],
                    }
            )
            .Payload(segment.Payload)
            .Build();
        var before = Stopwatch.GetTimestamp();
        run.Feed(
            packet,
            segment.Segments > 0 ? (ushort)(segment.Payload / segment.Segments) : (ushort)0,
            segment.Segments
        );
        if (_last != 0)
        {
            var late = Stopwatch.GetElapsedTime(_last) - _paused;
            _longest = late > _longest ? late : _longest;
        }

        (_last, _paused) = (before, TimeSpan.Zero);
        return this;
    }

    private readonly record struct Segment(
        uint Sequence,
        uint Acknowledgment,
        int Payload,
        ushort Window,
        TcpFlags Flags,
        byte[]? Options,
        ushort Segments
    );
}
