using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Sockets;

/// <summary>Walks through all sockets now and then, and hands the events to the capture loop, a few at a time.</summary>
/// <remarks>
/// On a thread of its own, because a walk passes every open file of the host. Of the two threads one at a time has the chunk, as with
/// <see cref="Capture.Sweeper"/>.
/// </remarks>
internal sealed class SocketWalker : IDisposable
{
    private const int ChunkSize = 128;

    /// <summary>A walk may take this part of the time.</summary>
    private const int LeastPart = 50;

    /// <summary>Within it 100,000 events a second fill the ring to less than a half.</summary>
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(50);

    private readonly ISocketEvents _source;
    private readonly TimeSpan _interval;
    private readonly SocketCounts _counts;
    private readonly Action _wake;
    private readonly ILogger _logger;
    private readonly LogLimiter _limiter = new();
    private readonly SocketEvent[] _chunk = new SocketEvent[ChunkSize];
    private readonly SemaphoreSlim _taken = new(0);
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private int _count;
    private long _walks;

    /// <param name="source">What is walked through.</param>
    /// <param name="interval">Between two walks.</param>
    /// <param name="counts">Gets their time.</param>
    /// <param name="wake">Wakes the capture loop.</param>
    /// <param name="logger">For faults.</param>
    public SocketWalker(
        ISocketEvents source,
        TimeSpan interval,
        SocketCounts counts,
        Action wake,
        ILogger<SocketWalker> logger
    )
    {
        _source = source;
        _interval = interval;
        _counts = counts;
        _wake = wake;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "sockets" };
    }

    /// <summary>Walks that are over.</summary>
    public long Walks => Volatile.Read(ref _walks);

    public bool HasEvents => Volatile.Read(ref _count) > 0;

    /// <summary>What was read. The loop's; to be followed by <see cref="Release"/>.</summary>
    public ReadOnlySpan<SocketEvent> Events => _chunk.AsSpan(0, Volatile.Read(ref _count));

    /// <summary>The events were taken.</summary>
    public void Release()
    {
        Volatile.Write(ref _count, 0);
        _taken.Release();
    }

    public void Start() => _thread.Start();

    /// <summary>When the loop has ended.</summary>
    public void Dispose()
    {
        _stop.Set();
        _taken.Release();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _stop.Dispose();
        _taken.Dispose();
    }

    private void Run()
    {
        var pause = _interval;
        while (!WaitUntilStop(pause))
        {
            var busy = TimeSpan.Zero;
            try
            {
                Walk(ref busy);
            }
#pragma warning disable CA1031 // One walk's fault must not stop the others.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (_limiter.TryPass(out var suppressed))
                {
                    AgentLog.SocketWalkFailed(_logger, suppressed, error);
                }
            }

            AgentLog.Walked(_logger, busy.TotalMilliseconds);
            _counts.AddWalk(busy);
            Volatile.Write(ref _walks, _walks + 1);
            pause = busy * LeastPart > _interval ? busy * LeastPart : _interval;
        }
    }

    // The kernel wakes nobody for its events: where no flow's record wakes the loop, this does before the ring is full.
    private bool WaitUntilStop(TimeSpan pause)
    {
        for (var rest = pause; rest > TimeSpan.Zero; rest -= LookPause)
        {
            if (_stop.Wait(rest < LookPause ? rest : LookPause))
            {
                return true;
            }

            if (_source.HasMuch)
            {
                _wake();
            }
        }

        return _stop.IsSet;
    }

    private void Walk(ref TimeSpan busy)
    {
        using var walk = _source.OpenWalk();
        while (!_stop.IsSet)
        {
            var start = Stopwatch.GetTimestamp();
            var count = walk.Read(_chunk);
            busy += Stopwatch.GetElapsedTime(start);
            if (count == 0)
            {
                return;
            }

            Volatile.Write(ref _count, count);
            _wake();
            _taken.Wait();
        }
    }
}
