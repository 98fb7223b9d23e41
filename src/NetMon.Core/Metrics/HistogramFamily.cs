namespace NetMon.Core.Metrics;

/// <summary>Histograms with classic buckets.</summary>
public sealed class HistogramFamily<TKey> : SeriesFamily<TKey>
    where TKey : struct, ISeriesKey<TKey>
{
    private readonly HistogramBuckets _buckets;

    internal HistogramFamily(Instrument instrument, int limit, HistogramBuckets buckets)
        : base(instrument, limit, buckets.Cells) => _buckets = buckets;

    /// <summary>Takes a value into the first bucket whose bound is not below it.</summary>
    public void Observe(SeriesHandle handle, double value)
    {
        var series = Take(handle);
        Cells.Add(series, _buckets.Of(value), 1);
        Cells.AddDouble(series, _buckets.SumCell, value);
    }

    /// <summary>Finds the series and observes.</summary>
    public void Observe(in TKey key, double value) => Observe(GetOrAdd(in key), value);

    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        var count = Cells.Count;
        for (var series = FirstExposed; series < count; series++)
        {
            _buckets.Write(ref writer, Cells.Labels(series), Cells.Of(series));
        }
    }
}
