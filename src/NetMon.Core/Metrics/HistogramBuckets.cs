using System.Globalization;
using System.Text;

namespace NetMon.Core.Metrics;

/// <summary>Classic buckets. Cells of a series: observations in each bucket (not cumulative), the last one without a bound; then their sum.</summary>
internal sealed class HistogramBuckets
{
    private readonly double[] _bounds;
    private readonly byte[] _extra;
    private readonly byte[][] _labelsText;
    private readonly byte[][] _labelsOpenMetrics;

    /// <param name="bounds">Upper bounds, increasing; a last one without bound is added.</param>
    /// <param name="extra">Text of a label that every series has beside its own; null for none.</param>
    /// <exception cref="ArgumentException">Bounds that are not finite and increasing.</exception>
    public HistogramBuckets(double[] bounds, byte[]? extra = null)
    {
        for (var i = 0; i < bounds.Length; i++)
        {
            if (!double.IsFinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
            {
                throw new ArgumentException("not finite and increasing", nameof(bounds));
            }
        }

        _bounds = bounds;
        _extra = extra ?? [];
        _labelsText = Labels(bounds, _extra, ExpositionFormat.PrometheusText);
        _labelsOpenMetrics = Labels(bounds, _extra, ExpositionFormat.OpenMetrics);
    }

    /// <summary>The further label and the bounds: histograms of the same name can be added up.</summary>
    public string Name =>
        $"{Encoding.UTF8.GetString(_extra)}|{string.Join(' ', _bounds.Select(bound => bound.ToString("R", CultureInfo.InvariantCulture)))}";

    public int Cells => _bounds.Length + 2;

    public int SumCell => _bounds.Length + 1;

    /// <summary>The first bucket whose bound is not below a value.</summary>
    public int Of(double value)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    /// <summary>Writes the samples of one series.</summary>
    public void Write(ref ExpositionWriter writer, ReadOnlySpan<byte> labels, Span<long> cells)
    {
        var bounds = writer.Format == ExpositionFormat.OpenMetrics ? _labelsOpenMetrics : _labelsText;
        var observations = 0L;
        for (var bucket = 0; bucket < bounds.Length; bucket++)
        {
            observations += Volatile.Read(ref cells[bucket]);
            writer.WriteSample("_bucket"u8, labels, bounds[bucket], observations);
        }

        // The count is the last bucket's, so that both agree however the writer went on meanwhile.
        var sum = BitConverter.Int64BitsToDouble(Volatile.Read(ref cells[SumCell]));
        writer.WriteSample("_sum"u8, labels, _extra, sum);
        writer.WriteSample("_count"u8, labels, _extra, observations);
    }

    private static byte[][] Labels(double[] bounds, byte[] extra, ExpositionFormat format) =>
        Array.ConvertAll(
            [.. bounds, double.PositiveInfinity],
            bound =>
            {
                var label = ExpositionWriter.NumberLabel("le", bound, format);
                return extra.Length == 0 ? label : [.. extra, (byte)',', .. label];
            }
        );
}
