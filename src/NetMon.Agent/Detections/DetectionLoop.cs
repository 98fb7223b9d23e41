using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Flows;
using NetMon.Agent.Logging;
using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;

namespace NetMon.Agent.Detections;

/// <summary>The thread on which the detections work.</summary>
/// <remarks>
/// <code>
///   capture loop --(1) queue--> (2) settled, or over: examine it now ----> (3) engine
///                               (4) had its time: read it from the table -> (3)
///                                   (5) time passes ----------------------> (3) --> log, metric, followers
/// </code>
/// It looks ten times a second, or when the queue is half full.
/// </remarks>
internal sealed class DetectionLoop : IDisposable
{
    private const ulong TickNs = 1_000_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly SightingQueue _queue;
    private readonly Examinations _examinations;
    private readonly DetectionEngine _engine;
    private readonly WallClock _clock;
    private readonly ILogger _logger;
    private readonly LogLimiter _limiter = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private Thread? _thread;
    private DetectionSettings? _taken;
    private ulong _nextTick;
    private volatile bool _stopping;
    private FiguresBox _figures = new(default);

    /// <param name="settings">Thresholds.</param>
    /// <param name="table">Where flows are read when they had their time.</param>
    /// <param name="interval">Between the reports of an active flow.</param>
    /// <param name="clock">Hours of the day.</param>
    /// <param name="tell">Hears of events, on the loop's thread.</param>
    /// <param name="logger">For faults.</param>
    /// <param name="queue">Another queue than the usual one.</param>
    public DetectionLoop(
        DetectionSettings settings,
        FlowTable table,
        TimeSpan interval,
        WallClock clock,
        Action<SecurityEvent> tell,
        ILogger<DetectionLoop> logger,
        SightingQueue? queue = null
    )
    {
        _queue = queue ?? new SightingQueue();
        _examinations = new Examinations(table, settings.AnswerWait, interval);
        _engine = new DetectionEngine(settings, tell);
        _clock = clock;
        _logger = logger;
        Tap = new FlowTap(_queue, () => _wake.Set());
    }

    /// <summary>The capture loop's end.</summary>
    public FlowTap Tap { get; }

    /// <summary>Sightings that found no room.</summary>
    public long SightingsLost => _queue.Lost;

    /// <summary>Flows that were not examined, for want of room.</summary>
    public long ExaminationsLost => _examinations.Lost;

    /// <summary>As they were a second ago at most.</summary>
    public DetectionFigures Figures => Volatile.Read(ref _figures).Value;

    /// <summary>Has other thresholds hold. From any thread.</summary>
    public void Take(DetectionSettings settings) => Volatile.Write(ref _taken, settings);

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "detections" };
        _thread.Start();
    }

    /// <summary>One look at everything. The loop's; a test's where the loop was not started.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Step(ulong nowNs)
    {
        if (Interlocked.Exchange(ref _taken, null) is { } taken)
        {
            _engine.Take(taken);
        }

        Drain(nowNs);
        while (_examinations.TryTake(nowNs, out var sighting))
        {
            _engine.See(in sighting);
        }

        if (nowNs >= _nextTick)
        {
            _nextTick = nowNs + TickNs;
            _engine.Tick(nowNs, (long)nowNs + _clock.OffsetNs);
            Volatile.Write(ref _figures, new FiguresBox(_engine.Figures));
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread?.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                _wake.WaitOne(Pause);
                Step((ulong)Stopwatch.GetTimestamp());
            }
#pragma warning disable CA1031 // One sighting's fault must not stop the others.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (_limiter.TryPass(out var suppressed))
                {
                    AgentLog.DetectionFailed(_logger, suppressed, error);
                }
            }
        }
    }

    private void Drain(ulong nowNs)
    {
        Span<FlowSighting> sightings;
        while ((sightings = _queue.Peek()).Length > 0)
        {
            var taken = 0;
            try
            {
                foreach (ref var sighting in sightings)
                {
                    taken++;
                    Take(ref sighting, nowNs);
                }
            }
            finally
            {
                _queue.Release(taken);
            }
        }
    }

    private void Take(ref FlowSighting sighting, ulong nowNs)
    {
        if (sighting.Slot >= 0 && _examinations.Step(in sighting, nowNs))
        {
            sighting.Steps |= SightingSteps.Examined;
        }

        _engine.See(in sighting);
    }

    private sealed record FiguresBox(DetectionFigures Value);
}
