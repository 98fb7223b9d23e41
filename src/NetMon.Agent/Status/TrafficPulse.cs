using NetMon.Agent.Metrics;

namespace NetMon.Agent.Status;

/// <summary>Totals at one moment, since the start.</summary>
/// <param name="At">A time stamp of the clock.</param>
/// <param name="Packets">Packets in flows.</param>
/// <param name="Bytes">Their IP bytes.</param>
/// <param name="Flows">Flows that came into the table.</param>
/// <param name="Drops">Packets that the kernel dropped.</param>
internal readonly record struct TrafficSample(long At, long Packets, long Bytes, long Flows, long Drops);

/// <summary>Per second, over the time that they were taken over.</summary>
internal readonly record struct TrafficRates(
    TimeSpan Window,
    double Packets,
    double Bytes,
    double Flows,
    double Drops
);

/// <summary>Remembers the totals of the last seconds, so that rates can be told at once. From any thread.</summary>
/// <remarks>A flow's counts come each interval (5 s), so that rates over less would jump.</remarks>
internal sealed class TrafficPulse : IDisposable
{
    /// <summary>Rates are over so long; less just after the start.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly TrafficTotals _totals;
    private readonly Func<long> _drops;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Queue<TrafficSample> _samples = new();
    private readonly ITimer _timer;

    /// <param name="totals">What flows add up to.</param>
    /// <param name="drops">Packets dropped since the start.</param>
    /// <param name="time">The clock.</param>
    public TrafficPulse(TrafficTotals totals, Func<long> drops, TimeProvider time)
    {
        _totals = totals;
        _drops = drops;
        _time = time;
        _samples.Enqueue(Now);
        _timer = time.CreateTimer(_ => Take(), state: null, Pace, Pace);
    }

    public TrafficSample Now =>
        new(_time.GetTimestamp(), _totals.Packets, _totals.Bytes, _totals.Flows, _drops());

    public TrafficRates Rates
    {
        get
        {
            var now = Now;
            TrafficSample before;
            lock (_gate)
            {
                before = _samples.Peek();
            }

            var window = _time.GetElapsedTime(before.At, now.At);
            var seconds = Math.Max(window.TotalSeconds, Pace.TotalSeconds / 10);
            return new TrafficRates(
                window,
                (now.Packets - before.Packets) / seconds,
                (now.Bytes - before.Bytes) / seconds,
                (now.Flows - before.Flows) / seconds,
                (now.Drops - before.Drops) / seconds
            );
        }
    }

    public void Dispose() => _timer.Dispose();

    // The oldest sample that is kept is at least as old as the window.
    private void Take()
    {
        var now = Now;
        lock (_gate)
        {
            _samples.Enqueue(now);
            while (_samples.Count > 1 && _time.GetElapsedTime(_samples.ElementAt(1).At, now.At) >= Window)
            {
                _samples.Dequeue();
            }
        }
    }
}
