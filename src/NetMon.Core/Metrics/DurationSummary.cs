using System.Numerics;

namespace NetMon.Core.Metrics;

/// <summary>
/// A summary of durations: quantiles of the recent ones, sum and count of all since the start. One writer; any
/// thread reads.
/// </summary>
/// <remarks>
/// Durations are counted in a log-linear histogram of fixed size, 32 steps per power of two, so that a quantile is at most
/// 3.2% too high.
/// <code>
///   ns:  0 1 2 .. 31 | 32 33 .. 63 | 64 66 .. 126 | 128 132 .. 252 | ...  up to 2^41 (36 minutes, the last step takes all above)
/// </code>
/// Recent means the current window and the <see cref="Windows"/> - 1 before it; the writer starts a new one by <see
/// cref="Rotate"/>. Without rotation the quantiles are those of all durations.
/// </remarks>
public sealed class DurationSummary : MetricFamily
{
    /// <summary>Windows that quantiles are taken over.</summary>
    public const int Windows = 5;

    private const int StepBits = 5;
    private const int Steps = 1 << StepBits;
    private const int MaxBits = 41;
    private const int BucketCount = (MaxBits - StepBits + 1) * Steps;
    private const double NanosecondsPerSecond = 1e9;

    private readonly double[] _quantiles;
    private readonly byte[][] _quantileLabelsText;
    private readonly byte[][] _quantileLabelsOpenMetrics;
    private readonly long[][] _windows;
    private int _current;
    private long _sum;
    private long _count;

    internal DurationSummary(Instrument instrument, double[] quantiles)
        : base(instrument)
    {
        _quantiles = quantiles;
        _quantileLabelsText = Array.ConvertAll(
            quantiles,
            q => ExpositionWriter.NumberLabel("quantile", q, ExpositionFormat.PrometheusText)
        );
        _quantileLabelsOpenMetrics = Array.ConvertAll(
            quantiles,
            q => ExpositionWriter.NumberLabel("quantile", q, ExpositionFormat.OpenMetrics)
        );
        _windows = new long[Windows][];
        for (var i = 0; i < Windows; i++)
        {
            _windows[i] = new long[BucketCount];
        }
    }

    /// <summary>Takes a duration; one below 0 counts as 0.</summary>
    public void Observe(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        ref var bucket = ref _windows[_current][Bucket(nanoseconds)];
        Volatile.Write(ref bucket, bucket + 1);
        Volatile.Write(ref _sum, _sum + nanoseconds);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Forgets the oldest window and starts a new one.</summary>
    public void Rotate()
    {
        var next = (_current + 1) % Windows;
        Array.Clear(_windows[next]);
        _current = next;
    }

    /// <summary>The duration, in nanoseconds, that a share of the recent ones does not exceed; null if there are none.</summary>
    public long? Quantile(double share)
    {
        Span<long> buckets = stackalloc long[BucketCount];
        var total = Sum(buckets);
        return total == 0 ? null : Quantile(buckets, total, share);
    }

    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        Span<long> buckets = stackalloc long[BucketCount];
        var total = Sum(buckets);
        var labels =
            writer.Format == ExpositionFormat.OpenMetrics ? _quantileLabelsOpenMetrics : _quantileLabelsText;
        for (var i = 0; i < _quantiles.Length; i++)
        {
            var value =
                total == 0 ? double.NaN : Quantile(buckets, total, _quantiles[i]) / NanosecondsPerSecond;
            writer.WriteSample(labels[i], value);
        }

        var sum = Volatile.Read(ref _sum) / NanosecondsPerSecond;
        writer.WriteSample("_sum"u8, default, default, sum);
        writer.WriteSample("_count"u8, default, default, Volatile.Read(ref _count));
    }

    private static int Bucket(long nanoseconds)
    {
        var value = (ulong)nanoseconds;
        if (value < Steps)
        {
            return (int)value;
        }

        var octave = BitOperations.Log2(value) - StepBits;
        var bucket = ((octave + 1) << StepBits) + (int)((value >> octave) & (Steps - 1));
        return Math.Min(bucket, BucketCount - 1);
    }

    // The longest duration of a bucket.
    private static long UpperBound(int bucket)
    {
        if (bucket < Steps)
        {
            return bucket;
        }

        var octave = (bucket >> StepBits) - 1;
        var step = (bucket & (Steps - 1)) + Steps;
        return ((step + 1L) << octave) - 1;
    }

    private static long Quantile(ReadOnlySpan<long> buckets, long total, double share)
    {
        var rank = Math.Clamp((long)Math.Ceiling(share * total), 1, total);
        var bucket = 0;
        var seen = buckets[0];
        while (seen < rank)
        {
            seen += buckets[++bucket];
        }

        return UpperBound(bucket);
    }

    private long Sum(Span<long> buckets)
    {
        buckets.Clear();
        var total = 0L;
        foreach (var window in _windows)
        {
            for (var i = 0; i < BucketCount; i++)
            {
                var count = Volatile.Read(ref window[i]);
                buckets[i] += count;
                total += count;
            }
        }

        return total;
    }
}
