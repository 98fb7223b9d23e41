namespace NetMon.Core.Metrics;

/// <summary>Histograms with classic buckets.</summary>
/// <remarks>Cells of a series: observations in each bucket (not cumulative), the last one without a bound; then their sum.</remarks>
public sealed class HistogramFamily<TKey> : SeriesFamily<TKey>
    where TKey : struct, ISeriesKey<TKey>
{
    private readonly double[] _bounds;
    private readonly byte[][] _boundLabelsText;
    private readonly byte[][] _boundLabelsOpenMetrics;

    internal HistogramFamily(Instrument instrument, int limit, double[] bounds)
        : base(instrument, limit, bounds.Length + 2)
    {
        for (var i = 0; i < bounds.Length; i++)
        {
            if (!double.IsFinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
            {
                throw new ArgumentException("not finite and increasing", nameof(bounds));
            }
        }

        _bounds = bounds;
        double[] all = [.. bounds, double.PositiveInfinity];
        _boundLabelsText = Array.ConvertAll(
            all,
            bound => ExpositionWriter.NumberLabel("le", bound, ExpositionFormat.PrometheusText)
        );
        _boundLabelsOpenMetrics = Array.ConvertAll(
            all,
            bound => ExpositionWriter.NumberLabel("le", bound, ExpositionFormat.OpenMetrics)
        );
    }

    private int SumCell => _bounds.Length + 1;

    /// <summary>Takes a value into the first bucket whose bound is not below it.</summary>
    public void Observe(SeriesHandle handle, double value)
    {
        var series = Take(handle);
        var bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
        {
            bucket++;
        }

        Cells.Add(series, bucket, 1);
        Cells.AddDouble(series, SumCell, value);
    }

    /// <summary>Finds the series and observes.</summary>
    public void Observe(in TKey key, double value) => Observe(GetOrAdd(in key), value);

    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        var boundLabels =
            writer.Format == ExpositionFormat.OpenMetrics ? _boundLabelsOpenMetrics : _boundLabelsText;
        var count = Cells.Count;
        for (var series = FirstExposed; series < count; series++)
        {
            var labels = Cells.Labels(series);
            var observations = 0L;
            for (var bucket = 0; bucket < boundLabels.Length; bucket++)
            {
                observations += Cells.Read(series, bucket);
                writer.WriteSample("_bucket"u8, labels, boundLabels[bucket], observations);
            }

            // The count is the last bucket's, so that both agree however the writer went on meanwhile.
            writer.WriteSample("_sum"u8, labels, default, Cells.ReadDouble(series, SumCell));
            writer.WriteSample("_count"u8, labels, default, observations);
        }
    }
}
