using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Ledger;
using NetMon.Agent.Logging;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Capture;

/// <summary>Reads the flow map in passes and hands the records to the capture loop, a few at a time.</summary>
/// <remarks>
/// On a thread of its own, because one read walks the map until records are found, 0.2 us a flow: with a million flows and nothing to
/// report that is 0.2 s, for which the ring would wait. Of the two threads one at a time has the chunk:
/// <code>
///   (1) wait until it is time --> (2) read a chunk --> (3) it is the loop's: wake it --> (4) wait until it is taken --> (2)
///                                       '-- the pass is over --> (1)
/// </code>
/// </remarks>
internal sealed class Sweeper : IDisposable
{
    private readonly IRecordSource _source;
    private readonly SweepSchedule _schedule;
    private readonly ILogger _logger;
    private readonly LogLimiter _limiter = new();
    private readonly SemaphoreSlim _taken = new(0);
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private ulong _readNs;
    private ulong _ringEnd;
    private int _count;
    private long _passes;

    public Sweeper(IRecordSource source, SweepSchedule schedule, SweepChunk chunk, ILogger logger)
    {
        Chunk = chunk;
        _source = source;
        _schedule = schedule;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "sweep" };
    }

    /// <summary>Where records are read to: the sweeper's or the loop's, and after the end whoever drains the flow map's.</summary>
    public SweepChunk Chunk { get; }

    /// <summary>Tells this filling of the chunk from others. The loop's while there are records.</summary>
    public ulong Sequence => Chunk.Sequence;

    /// <summary>Passes that are over.</summary>
    public long Passes => Volatile.Read(ref _passes);

    /// <summary>Whether there are records to take.</summary>
    public bool HasRecords => Volatile.Read(ref _count) > 0;

    /// <summary>Whether there are records whose flows have no older ones in the ring: an END that overtook one would end a flow that the other begins anew.</summary>
    /// <param name="position">How far the ring was consumed.</param>
    public bool HasRecordsAt(ulong position) => HasRecords && position >= _ringEnd;

    public void Start() => _thread.Start();

    /// <summary>The records that were read. The loop's; to be followed by <see cref="Release"/>.</summary>
    /// <param name="readNs">When they were read, nanoseconds of CLOCK_MONOTONIC.</param>
    public ReadOnlySpan<FlowRecord> Records(out ulong readNs)
    {
        var count = Volatile.Read(ref _count);
        readNs = _readNs;
        return Chunk.Records[..count];
    }

    /// <summary>The records were taken.</summary>
    public void Release()
    {
        Volatile.Write(ref _count, 0);
        _taken.Release();
    }

    /// <summary>No chunk is read after the one under way, which is still to be taken.</summary>
    public void Stop() => _stop.Set();

    /// <summary>Waits for the end after <see cref="Stop"/>.</summary>
    public bool HasEnded(TimeSpan patience) => _thread.Join(patience);

    /// <summary>Ends the thread first, where <see cref="HasEnded"/> did not: it may wait for the loop, which failed.</summary>
    public void Dispose()
    {
        _stop.Set();
        _taken.Release();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _taken.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        var pause = _schedule.Next(TimeSpan.Zero);
        while (!_stop.Wait(pause)) // (1)
        {
            var busy = TimeSpan.Zero;
            try
            {
                Sweep(ref busy);
            }
#pragma warning disable CA1031 // One pass's fault must not stop the others.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (_limiter.TryPass(out var suppressed))
                {
                    AgentLog.CaptureFailed(_logger, suppressed, error);
                }
            }

            AgentLog.Swept(_logger, busy.TotalMilliseconds);
            Volatile.Write(ref _passes, _passes + 1);
            _source.Wake();
            pause = _schedule.Next(busy);
        }
    }

    private void Sweep(ref TimeSpan busy)
    {
        using var pass = _source.OpenSweep();
        while (!_stop.IsSet)
        {
            var start = Stopwatch.GetTimestamp();
            Chunk.Begin();
            var count = pass.Read(Chunk.Records); // (2)
            busy += Stopwatch.GetElapsedTime(start);
            if (count == 0)
            {
                return;
            }

            _readNs = (ulong)Stopwatch.GetTimestamp();
            _ringEnd = _source.End;
            Volatile.Write(ref _count, count); // (3)
            _source.Wake();
            _taken.Wait(); // (4)
        }
    }
}
