using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Flows;
using NetMon.Agent.Logging;
using NetMon.Agent.Metrics;
using NetMon.Agent.Streaming;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Capture;

/// <summary>The one thread that takes records from the kernel and writes the flow table, the metrics and the streams.</summary>
/// <remarks>
/// <code>
///   (1) wait for the ring --> (2) consume it --> (3) sweep, if it is time: in small chunks, (2) between them --> (1)
///   told to stop --> (4) consume what is left, drain: the last record of every flow --> (5) end the streams
/// </code>
/// </remarks>
internal sealed class CaptureLoop
{
    /// <summary>Records of the ring between two looks at the clock.</summary>
    private const int MaxBatch = 1024;

    /// <summary>Records of a pass that are read at once: little, since they wait for each other.</summary>
    private const int PassChunk = 64;

    /// <summary>After records, more may come without a wake-up: 2 * WAKE_INTERVAL_NS of bpf/netmon.h.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(4);

    private static readonly TimeSpan RotateInterval = TimeSpan.FromMinutes(1);

    // A follower that cannot keep up with a drain is waited for, but not for ever: then it loses its oldest.
    private static readonly TimeSpan MaxDrainPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly IRecordSource _source;
    private readonly FlowPipeline _pipeline;
    private readonly FlowMetrics _metrics;
    private readonly Broadcaster _broadcaster;
    private readonly OrphanSearch _orphans;
    private readonly SweepSchedule _schedule;
    private readonly TimeSpan _maxSweepPause;
    private readonly ILogger _logger;
    private readonly LogLimiter _limiter = new();
    private readonly FlowRecord[] _chunk = new FlowRecord[PassChunk];
    private readonly TaskCompletionSource _completion = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long _nextSweep;
    private long _nextRotation;

    /// <param name="source">Where records come from.</param>
    /// <param name="pipeline">Where they go.</param>
    /// <param name="metrics">Whose quantiles the loop keeps recent.</param>
    /// <param name="broadcaster">Whom the loop wakes after each batch.</param>
    /// <param name="orphans">Goes on by a step with each sweep.</param>
    /// <param name="interval">Between the reports of an active flow.</param>
    /// <param name="logger">For faults.</param>
    public CaptureLoop(
        IRecordSource source,
        FlowPipeline pipeline,
        FlowMetrics metrics,
        Broadcaster broadcaster,
        OrphanSearch orphans,
        TimeSpan interval,
        ILogger<CaptureLoop> logger
    )
    {
        _source = source;
        _pipeline = pipeline;
        _metrics = metrics;
        _broadcaster = broadcaster;
        _orphans = orphans;
        _schedule = new SweepSchedule(interval);
        _maxSweepPause = interval / 4;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "capture" };
    }

    /// <summary>Ends when the loop has: after <see cref="Drain"/>.</summary>
    public Task Completion => _completion.Task;

    public void Start() => _thread.Start();

    /// <summary>Lets the loop report everything that is unreported, end the streams, and stop. Detach first.</summary>
    /// <returns><see cref="Completion"/>.</returns>
    public Task Drain()
    {
        _stopping = true;
        _source.Wake();
        return Completion;
    }

    private void Run()
    {
        _nextSweep = After(_schedule.Next(TimeSpan.Zero));
        _nextRotation = After(RotateInterval);
        var found = false;
        while (!_stopping)
        {
            try
            {
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _nextSweep);
                if (found && left > LookAgain)
                {
                    left = LookAgain;
                }

                _source.Wait(left > TimeSpan.Zero ? left : TimeSpan.Zero); // (1)
                found = ConsumeRing(); // (2)
                if (Stopwatch.GetTimestamp() >= _nextSweep)
                {
                    Sweep(); // (3)
                }
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

    /// <returns>Whether there were records.</returns>
    private bool ConsumeRing()
    {
        var found = false;
        int count;
        do
        {
            count = _source.Consume(new RecordSink(_pipeline), MaxBatch);
            found |= count > 0;
            _broadcaster.Flush();
        } while (count == MaxBatch && Stopwatch.GetTimestamp() < _nextSweep);

        return found;
    }

    private void Sweep()
    {
        var start = Stopwatch.GetTimestamp();
        var paused = TimeSpan.Zero;
        try
        {
            using var pass = _source.OpenSweep();
            ReadPass(pass, _maxSweepPause, ref paused);
            _orphans.Step((ulong)Stopwatch.GetTimestamp());
        }
        finally
        {
            _nextSweep = After(_schedule.Next(Stopwatch.GetElapsedTime(start) - paused));
        }

        if (Stopwatch.GetTimestamp() >= _nextRotation)
        {
            _metrics.Rotate();
            _nextRotation = After(RotateInterval);
        }
    }

    // Detached, so the ring gets nothing but what packets under way still put there.
    private void FinishAll()
    {
        _nextSweep = long.MaxValue;
        ConsumeRing();
        _pipeline.Draining = true;
        var paused = TimeSpan.Zero;
        using (var pass = _source.OpenDrain())
        {
            ReadPass(pass, MaxDrainPause, ref paused);
        }

        ConsumeRing();
    }

    private void ReadPass(IRecordPass pass, TimeSpan maxPause, ref TimeSpan paused)
    {
        int count;
        while ((count = pass.Read(_chunk)) > 0)
        {
            var leftNs = (ulong)Stopwatch.GetTimestamp();
            foreach (ref readonly var record in _chunk.AsSpan(0, count))
            {
                _pipeline.Process(in record, leftNs);
            }

            ConsumeRing();
            while (_broadcaster.Backlogged && paused < maxPause)
            {
                // Flows that wait in the map lose nothing; what a follower has no room for, it loses.
                var start = Stopwatch.GetTimestamp();
                _source.Wait(Pause);
                ConsumeRing();
                paused += Stopwatch.GetElapsedTime(start);
            }
        }
    }

    private void Report(Exception error)
    {
        if (_limiter.TryPass(out var suppressed))
        {
            AgentLog.CaptureFailed(_logger, suppressed, error);
        }
    }

    private static long After(TimeSpan time) =>
        Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
}
