namespace NetMon.Core.Metrics;

/// <summary>Gauges: numbers that go up and down.</summary>
/// <remarks>
/// Where the series limit may be reached, use <c>Add</c> alone: of several keys that share the overflow series
/// the last <c>Set</c> wins.
/// </remarks>
public sealed class GaugeFamily<TKey> : SeriesFamily<TKey>
    where TKey : struct, ISeriesKey<TKey>
{
    internal GaugeFamily(Instrument instrument, int limit)
        : base(instrument, limit, cellsPerSeries: 1) { }

    public void Add(SeriesHandle handle, double value) => Cells.AddDouble(Take(handle), 0, value);

    /// <summary>Finds the series and adds.</summary>
    public void Add(in TKey key, double value) => Add(GetOrAdd(in key), value);

    public void Set(SeriesHandle handle, double value) => Cells.WriteDouble(Take(handle), 0, value);

    /// <summary>Finds the series and sets it.</summary>
    public void Set(in TKey key, double value) => Set(GetOrAdd(in key), value);

    /// <summary>Value of a series.</summary>
    public double Read(SeriesHandle handle) => Cells.ReadDouble(handle.Series, 0);

    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        var count = Cells.Count;
        for (var series = FirstExposed; series < count; series++)
        {
            writer.WriteSample(Cells.Labels(series), Cells.ReadDouble(series, 0));
        }
    }
}
