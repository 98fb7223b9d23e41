namespace NetMon.Core.Metrics;

/// <summary>A family with a limit of series, and one series (or one for each direction) that takes what comes beyond it.</summary>
public abstract class BoundedFamily : MetricFamily
{
    private long _overflowed;

    private protected BoundedFamily(Instrument instrument, int limit)
        : base(instrument)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Limit = limit;
    }

    /// <summary>The most series there are beside those that take the rest.</summary>
    public int Limit { get; }

    /// <summary>Series there are now, without those that take the rest.</summary>
    public abstract int SeriesCount { get; }

    /// <summary>Series dropped so far; null in a family that drops none.</summary>
    public virtual long? Dropped => null;

    /// <summary>Samples (single calls of Add, Set or Observe) that found no room for a series of their own.</summary>
    public long Overflowed => Volatile.Read(ref _overflowed);

    private protected void RecallOverflow(long samples) =>
        Volatile.Write(ref _overflowed, _overflowed + samples);

    /// <summary>The writer's.</summary>
    private protected void CountOverflow() => Volatile.Write(ref _overflowed, _overflowed + 1);
}
