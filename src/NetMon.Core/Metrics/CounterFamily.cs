namespace NetMon.Core.Metrics;

/// <summary>Counters: whole numbers that never decrease.</summary>
public sealed class CounterFamily<TKey> : SeriesFamily<TKey>
    where TKey : struct, ISeriesKey<TKey>
{
    internal CounterFamily(Instrument instrument, int limit)
        : base(instrument, limit, cellsPerSeries: 1) { }

    /// <exception cref="ArgumentOutOfRangeException">Less than 0.</exception>
    public void Add(SeriesHandle handle, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Cells.Add(Take(handle), 0, value);
    }

    /// <summary>Finds the series and adds.</summary>
    public void Add(in TKey key, long value) => Add(GetOrAdd(in key), value);

    /// <summary>Value of a series.</summary>
    public long Read(SeriesHandle handle) => Cells.Read(handle.Series, 0);

    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        var count = Cells.Count;
        for (var series = FirstExposed; series < count; series++)
        {
            writer.WriteSample(Cells.Labels(series), Cells.Read(series, 0));
        }
    }
}
