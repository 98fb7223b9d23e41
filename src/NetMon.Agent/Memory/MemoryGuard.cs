using Microsoft.Extensions.Logging;
using NetMon.Agent.Features;
using NetMon.Agent.Logging;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Memory;

/// <summary>Keeps the process within its memory: what it can do without goes first, in a fixed order, and comes back when there is room.</summary>
/// <remarks>
/// <code>
///   resident / limit   0.70       0.75      0.80        0.85     0.90                1.00
///                       | followers | history | detections | series | flows              |
/// </code>
/// (1) Each look, ten a second, compares what is resident with the marks. A step begins at its mark, and ends below the mark by 0.05, one a second;
///     or below the mark for half a minute, since what the process itself needs may be more than 0.65.
/// (2) Between two looks, tables may grow by a part of what is free, and no more: so nothing gets from one mark beyond the limit in between.
/// (3) What is resident may be garbage: a collection tells, at most each five seconds, and once a step has begun. It is made more seldom where it
///     does not help, but for the last of the limit, and once much of what was held is gone.
/// </remarks>
internal sealed class MemoryGuard : IDisposable
{
    public const string FeatureName = "memory";

    private const double FirstMark = 0.70;
    private const double MarkDistance = 0.05;
    private const double Ceiling = 0.90;

    /// <summary>From here on what is garbage must not wait.</summary>
    private const double Urgent = 0.97;

    /// <summary>Of what was held at the last collection, what is left when much is gone.</summary>
    private const double MuchIsGone = 0.75;

    /// <summary>Of a collection, what makes another worth while soon.</summary>
    private const double WorthWhile = 0.05;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UrgentPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly IReadOnlyList<ShedStep> _steps;
    private readonly IReadOnlyList<Growth> _growths;
    private readonly Func<long> _resident;
    private readonly Action _collect;
    private readonly Func<long> _held;
    private readonly FeatureSet _features;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;
    private TimeSpan _pause = ShortestPause;
    private long _collectedAt;
    private long _heldAtCollection;
    private long _aboveAt;
    private bool _helped = true;
    private long _changedAt;
    private int _disposed;
    private volatile int _level;
    private long _limit;
    private bool _isFree = true;

    /// <param name="limit">Bytes that may be resident; null: as many as there are, for now.</param>
    /// <param name="steps">In the order in which they begin.</param>
    /// <param name="growths">What grows.</param>
    /// <param name="resident">Bytes that are resident.</param>
    /// <param name="collect">Gives garbage back to the system.</param>
    /// <param name="features">Told when memory is short.</param>
    /// <param name="logger">Told, too.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="held">How many things there are that memory is for; null: unknown.</param>
    public MemoryGuard(
        long? limit,
        IReadOnlyList<ShedStep> steps,
        IReadOnlyList<Growth> growths,
        Func<long> resident,
        Action collect,
        FeatureSet features,
        ILogger logger,
        TimeProvider time,
        Func<long>? held = null
    )
    {
        _held = held ?? (() => 0);
        _limit = limit ?? 0;
        _steps = steps;
        _growths = growths;
        _resident = resident;
        _collect = collect;
        _features = features;
        _logger = logger;
        _time = time;
        if (limit is not null)
        {
            features.On(FeatureName);
        }
    }

    /// <summary>Bytes that may be resident; null: as many as there are. A new limit holds from the next look on. Any thread.</summary>
    public long? Limit
    {
        get => Interlocked.Read(ref _limit) is > 0 and var limit ? limit : null;
        set => Interlocked.Exchange(ref _limit, value ?? 0);
    }

    /// <summary>Steps that have begun.</summary>
    public int Level => _level;

    public void Register(MetricRegistry registry)
    {
        registry.Observe(
            Instruments.MemoryLimit,
            (ref MetricSamples samples) =>
            {
                if (Limit is { } limit)
                {
                    samples.Add(limit);
                }
            }
        );
        registry.Observe(
            Instruments.Shed,
            (ref MetricSamples samples) =>
            {
                foreach (var step in _steps)
                {
                    samples.Add(step.Count(), step.What);
                }
            }
        );
    }

    public void Start() => _looking = RunAsync();

    /// <summary>Looks once.</summary>
    public void Look()
    {
        if (Limit is not { } limit)
        {
            LetGo();
            return;
        }

        if (_isFree)
        {
            _isFree = false;
            _features.On(FeatureName);
        }

        var resident = _resident();
        if (resident >= MarkOf(limit, 0) && IsDue(_collectedAt, PauseAt(resident, limit)))
        {
            resident = Collect(resident);
        }

        var before = _level;
        while (_level < _steps.Count && resident >= MarkOf(limit, _level))
        {
            _steps[_level].Begin();
            _level++;
            _changedAt = _time.GetTimestamp();
            Tell(resident, limit);
        }

        if (_level > before && IsDue(_collectedAt, Recovery))
        {
            // What the steps let go of is garbage now.
            resident = Collect(resident);
        }

        if (_level > 0 && resident >= MarkOf(limit, _level - 1))
        {
            _aboveAt = _time.GetTimestamp();
        }

        if (
            _level > 0
            && resident < MarkOf(limit, _level - 1)
            && (resident < MarkOf(limit, _level - 1) - (limit * MarkDistance) || IsDue(_aboveAt, Calm))
            && IsDue(_changedAt, Recovery)
        )
        {
            _level--;
            _changedAt = _time.GetTimestamp();
            _steps[_level].End();
            Tell(resident, limit);
        }

        var free = Math.Max(0, (limit * Ceiling) - resident);
        foreach (var growth in _growths)
        {
            growth.Allow((int)Math.Min(free * growth.Share / growth.Bytes, int.MaxValue / 2));
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        _stop.Cancel();
        _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _stop.Dispose();
        // What is reported at the end is reported whole.
        AllowAll();
    }

    // There is no limit any more, or there never was one.
    private void LetGo()
    {
        if (_isFree)
        {
            return;
        }

        _isFree = true;
        for (; _level > 0; _level--)
        {
            _steps[_level - 1].End();
        }

        AllowAll();
        _features.Off(FeatureName);
    }

    private void AllowAll()
    {
        foreach (var growth in _growths)
        {
            growth.Allow(int.MaxValue);
        }
    }

    private static double MarkOf(long limit, int step) => limit * (FirstMark + (step * MarkDistance));

    private bool IsDue(long since, TimeSpan pause) => since == 0 || _time.GetElapsedTime(since) >= pause;

    private TimeSpan PauseAt(long resident, long limit) =>
        resident >= limit * Urgent ? (_helped ? UrgentPause : ShortestPause)
        : _held() < _heldAtCollection * MuchIsGone ? ShortestPause
        : _pause;

    private long Collect(long before)
    {
        _heldAtCollection = _held();
        _collect();
        _collectedAt = _time.GetTimestamp();
        var after = _resident();
        _helped = before - after >= before * WorthWhile;
        _pause = _helped ? ShortestPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        return after;
    }

    private void Tell(long resident, long limit)
    {
        if (_level == 0)
        {
            AgentLog.MemoryRecovered(_logger, resident >> 20, limit >> 20);
            _features.On(FeatureName);
            return;
        }

        var what = string.Join(", ", _steps.Take(_level).Select(step => step.What));
        AgentLog.MemoryShort(_logger, resident >> 20, limit >> 20, what);
        _features.Degraded(FeatureName, $"memory is short, so these are cut: {what}");
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    Look();
                }
#pragma warning disable CA1031 // One look's fault must not stop the others.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    AgentLog.MemoryGuardFailed(_logger, error);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
    }
}
