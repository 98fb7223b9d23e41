using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Flows;
using NetMon.Agent.Ledger;
using NetMon.Agent.Logging;
using NetMon.Agent.Metrics;
using NetMon.Agent.Streaming;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Capture;

/// <summary>The one thread that takes records from the kernel and writes the flow table, the metrics and the streams.</summary>
/// <remarks>
/// <code>
///   (1) wait for the ring or the sweeper --> (2) consume the ring --> (3) take what the sweeper has read, a small chunk --> (1)
///                                                  '-- after each batch go on with the flows that wait --'
///   told to stop --> (4) consume what is left; unless flows are kept for another agent, drain: the last record of every flow --> (5) end the streams
/// </code>
/// </remarks>
internal sealed class CaptureLoop : IDisposable
{
    /// <summary>After records, more may come without a wake-up: 2 * WAKE_INTERVAL_NS of bpf/netmon.h.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(4);

    /// <summary>Between two looks at flows that wait for attribution.</summary>
    private static readonly TimeSpan AttributionPause = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>A record that is still being written hides those behind it.</summary>
    private const int LooksAtEmptyRing = 3;

    private const ulong HousekeepInterval = 1_000_000_000;

    // A follower that cannot keep up with a drain is waited for, but not for ever: then it loses its oldest.
    private static readonly TimeSpan MaxDrainPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly IRecordSource _source;
    private readonly FlowPipeline _pipeline;
    private readonly FlowMetrics _metrics;
    private readonly Broadcaster _broadcaster;
    private readonly OrphanSearch _orphans;
    private readonly IReadOnlyList<ISideSource> _sides;
    private readonly FlowLedger? _ledger;
    private readonly Sweeper _sweeper;
    private readonly TimeSpan _maxSweepPause;
    private readonly ILogger _logger;
    private readonly LogLimiter _limiter = new();
    private readonly TaskCompletionSource _completion = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile bool _keeping;
    private volatile int _batchSize = 1024;
    private ulong _nextHousekeeping;
    private long _passes;

    // The sweeper's records are held back while a follower that reads on has a full queue, so long in this pass.
    private bool _held;
    private long _heldSince;
    private TimeSpan _heldFor;

    /// <param name="source">Where records come from.</param>
    /// <param name="pipeline">Where they go.</param>
    /// <param name="metrics">Whose housekeeping the loop does.</param>
    /// <param name="broadcaster">Whom the loop wakes after each batch.</param>
    /// <param name="orphans">Goes on by a step with each sweep.</param>
    /// <param name="sides">What else reaches flows.</param>
    /// <param name="interval">Between the reports of an active flow.</param>
    /// <param name="logger">For faults.</param>
    public CaptureLoop(
        IRecordSource source,
        FlowPipeline pipeline,
        FlowMetrics metrics,
        Broadcaster broadcaster,
        OrphanSearch orphans,
        IReadOnlyList<ISideSource> sides,
        TimeSpan interval,
        ILogger<CaptureLoop> logger
    )
    {
        _source = source;
        _pipeline = pipeline;
        _metrics = metrics;
        _broadcaster = broadcaster;
        _orphans = orphans;
        _sides = sides;
        _ledger = pipeline.Ledger;
        _sweeper = new Sweeper(
            source,
            new SweepSchedule(interval),
            _ledger?.Chunk ?? new SweepChunk(),
            logger
        );
        _maxSweepPause = interval / 4;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "capture" };
    }

    /// <summary>Ends when the loop has: after <see cref="Drain"/>.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Records of the ring between two looks at what else there is to do. From any thread.</summary>
    public int BatchSize
    {
        get => _batchSize;
        set => _batchSize = value;
    }

    public void Start() => _thread.Start();

    /// <summary>Lets the loop report everything that is unreported, end the streams, and stop. Detach first.</summary>
    /// <returns><see cref="Completion"/>.</returns>
    public Task Drain()
    {
        _stopping = true;
        _source.Wake();
        return Completion;
    }

    /// <summary>As <see cref="Drain"/>, but flows stay in the kernel's map, and go on with the agent that comes next.</summary>
    /// <returns><see cref="Completion"/>.</returns>
    public Task Leave()
    {
        _keeping = true;
        return Drain();
    }

    /// <summary>After <see cref="Completion"/>.</summary>
    public void Dispose() => _sweeper.Dispose();

    private void Run()
    {
        TakeOver();
        _sweeper.Start();
        var found = false;
        while (!_stopping)
        {
            try
            {
                _source.Wait(
                    found ? LookAgain
                    : _sweeper.HasRecords ? Pause
                    : _pipeline.HasWaiting ? AttributionPause
                    : LongestWait
                ); // (1)
                found = ConsumeRing(); // (2)
                found |= _source.TakeEarlier(new RecordSink(_pipeline, _ledger));

                // What belongs to a flow comes before its end.
                TakeSides(last: false);
                TakeSweep(); // (3)
                Attribute();
                EndPass();
            }
#pragma warning disable CA1031 // One round's fault must not stop the capture.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Report(error);
                Thread.Sleep(Pause);
            }
        }

        try
        {
            FinishAll(); // (4)
        }
#pragma warning disable CA1031 // The streams must end all the same.
        catch (Exception error)
#pragma warning restore CA1031
        {
            AgentLog.DrainFailed(_logger, error);
        }

        _broadcaster.Complete(); // (5)
        _completion.SetResult();
    }

    // What an earlier process left, and what gathered since, is older than anything that a sweep finds: a flow's end is its last record.
    private void TakeOver()
    {
        try
        {
            _ledger?.ResumeWaiting();
            for (var empty = 0; empty < LooksAtEmptyRing; )
            {
                empty = ConsumeRing() ? 0 : empty + 1;
                Thread.Sleep(Pause);
            }

            _ledger?.Resume();
        }
#pragma warning disable CA1031 // The capture goes on without it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Report(error);
        }
    }

    // What the sweeper has waits for what was in the ring when it was read, at most a ring's worth: a flow's END comes by the sweep, a second or
    // more after its other records; a loop that stood still so long would end it before it begins.
    /// <returns>Whether there were records.</returns>
    private bool ConsumeRing()
    {
        var found = false;
        var max = _batchSize;
        int count;
        do
        {
            count = _source.Consume(new RecordSink(_pipeline, _ledger), max);
            found |= count > 0;
            Attribute();
        } while (count == max && !_sweeper.HasRecordsAt(_source.Position));

        return found;
    }

    // Flows that wait in the map lose nothing; what a follower has no room for, it loses.
    private void TakeSweep()
    {
        var hasRecords = _sweeper.HasRecordsAt(_source.Position);
        var backlogged = hasRecords && _broadcaster.Backlogged;
        var now = Stopwatch.GetTimestamp();
        if (_held)
        {
            _heldFor += Stopwatch.GetElapsedTime(_heldSince, now);
        }

        _held = backlogged && _heldFor < _maxSweepPause;
        _heldSince = now;
        if (!_held && hasRecords)
        {
            try
            {
                Process(_sweeper.Records(out var readNs), _sweeper.Sequence, readNs);
            }
            finally
            {
                // Taken, whatever failed: the same records once more would count twice.
                _sweeper.Release();
            }

            Attribute();
        }
    }

    private void TakeSides(bool last)
    {
        foreach (var side in _sides)
        {
            try
            {
                side.Take((ulong)Stopwatch.GetTimestamp(), last);
            }
#pragma warning disable CA1031 // One source's fault must not stop the others.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Report(error);
            }
        }
    }

    private void EndPass()
    {
        var now = (ulong)Stopwatch.GetTimestamp();
        if (now >= _nextHousekeeping)
        {
            _metrics.Housekeep(now);
            _ledger?.Housekeep(now);
            _nextHousekeeping = now + HousekeepInterval;
        }

        if (_sweeper.Passes == _passes)
        {
            return;
        }

        _passes = _sweeper.Passes;
        _heldFor = TimeSpan.Zero;
        _orphans.Step(now);
    }

    // Detached, so the ring gets nothing but what packets under way still put there.
    private void FinishAll()
    {
        _sweeper.Stop();
        do
        {
            _held = false;
            _heldFor = _maxSweepPause;
            ConsumeRing();
            TakeSweep();
        } while (!_sweeper.HasEnded(Pause));

        ConsumeRing();
        TakeSweep();
        TakeSides(last: true);
        BeginDrain();
        if (!_keeping)
        {
            while (_source.TakeEarlier(new RecordSink(_pipeline, _ledger)))
            {
                Attribute();
            }

            using (var pass = _source.OpenDrain())
            {
                ReadDrain(pass);
            }

            ConsumeRing();
        }

        _ledger?.Checkpoint((ulong)Stopwatch.GetTimestamp());
    }

    private void BeginDrain()
    {
        try
        {
            _pipeline.BeginDrain((ulong)Stopwatch.GetTimestamp());
        }
#pragma warning disable CA1031 // The drain goes on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Report(error);
        }
    }

    private void ReadDrain(IRecordPass pass)
    {
        var chunk = _sweeper.Chunk;
        var paused = TimeSpan.Zero;
        int count;
        while ((count = Read()) > 0)
        {
            Process(chunk.Records[..count], chunk.Sequence, (ulong)Stopwatch.GetTimestamp());
            Attribute();
            ConsumeRing();
            while (_broadcaster.Backlogged && paused < MaxDrainPause)
            {
                var start = Stopwatch.GetTimestamp();
                Thread.Sleep(Pause);
                paused += Stopwatch.GetElapsedTime(start);
            }
        }

        int Read()
        {
            chunk.Begin();
            return pass.Read(chunk.Records);
        }
    }

    private void Process(ReadOnlySpan<FlowRecord> records, ulong sequence, ulong readNs)
    {
        for (var i = 0; i < records.Length; i++)
        {
            _ledger?.Sweep(in records[i], sequence, i);
            _pipeline.Process(in records[i], readNs);
        }
    }

    private void Attribute()
    {
        try
        {
            if (_pipeline.HasWaiting)
            {
                _pipeline.Attribute((ulong)Stopwatch.GetTimestamp());
            }
        }
#pragma warning disable CA1031 // Records that come next, the last ones above all, are taken all the same.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Report(error);
        }

        _broadcaster.Flush();
    }

    private void Report(Exception error)
    {
        if (_limiter.TryPass(out var suppressed))
        {
            AgentLog.CaptureFailed(_logger, suppressed, error);
        }
    }
}
