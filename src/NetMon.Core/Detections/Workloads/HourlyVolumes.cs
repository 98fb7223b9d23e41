namespace NetMon.Core.Detections.Workloads;

/// <summary>What a workload sent, or received, in each hour of the last four weeks: 672 bytes.</summary>
/// <remarks>
/// <code>
///   code = 1 + eighths of powers of two of KiB, 0 = not known
///
///   hours       |...| d-7 |...| d-2 |...| d-1 |...| now        like hours of "now":
///   day's hour         x           x           x               (1) the same hour of each day that is known
///   around it         xxx         xxx         xxx              (2) these and their neighbours
///   week's hour        x                                       (3) the same hour of each week, once there are three
/// </code>
/// The limit is the highest of what the sets say that have three hours or more, as median and median absolute deviation: a nightly backup is normal by (1), one that
/// is an hour late by (2), a weekly one by (3).
/// </remarks>
internal sealed class HourlyVolumes
{
    private const int HoursPerDay = 24;
    private const int HoursPerWeek = 7 * HoursPerDay;
    private const int Hours = 4 * HoursPerWeek;
    private const int LeastSamples = 3;
    private const int Kibi = 1024;

    /// <summary>Of a normal distribution the standard deviation is 1.4826 median absolute deviations.</summary>
    private const double Normal = 1.4826;

    /// <summary>No history is smoother than a quarter of a power of two.</summary>
    private const double LeastDeviation = LogCode.PerOctave / 4.0;

    private readonly byte[] _codes = new byte[Hours];
    private long _hour = -1;
    private bool _whole;

    /// <summary>Bytes of the running hour.</summary>
    public long Current { get; private set; }

    /// <summary>Hours that are known.</summary>
    public int Known { get; private set; }

    public void Add(long bytes) => Current += bytes;

    /// <summary>Ends the hours that are over. The first one of all is not known, since it was not seen whole.</summary>
    /// <param name="hour">Hours of the Unix epoch.</param>
    public void Advance(long hour)
    {
        if (_hour < 0 || hour < _hour || hour - _hour > Hours)
        {
            (_hour, _whole, Current) = (hour, false, 0);
            return;
        }

        for (; _hour < hour; _hour++)
        {
            ref var code = ref _codes[_hour % Hours];
            Known -= code == 0 ? 0 : 1;
            code = _whole ? (byte)Math.Min(byte.MaxValue, LogCode.Of(Current / Kibi) + 1) : (byte)0;
            Known += code == 0 ? 0 : 1;
            Current = 0;
            _whole = true;
        }
    }

    /// <summary>What like hours say of the running one.</summary>
    /// <param name="normal">The median, bytes.</param>
    /// <param name="limit">What is far outside, bytes.</param>
    /// <returns>How many hours it rests on; 0: there are too few.</returns>
    public int Judge(VolumeSettings settings, out long normal, out long limit)
    {
        (normal, limit) = (0, 0);
        Span<byte> samples = stackalloc byte[Hours / HoursPerDay * 3];
        var best = 0;
        var day = Collect(samples, HoursPerDay, spread: 0);
        Use(samples[..day], settings, ref best, ref normal, ref limit);
        var around = Collect(samples, HoursPerDay, spread: 1);
        Use(samples[..around], settings, ref best, ref normal, ref limit);
        var week = Collect(samples, HoursPerWeek, spread: 0);
        Use(samples[..week], settings, ref best, ref normal, ref limit);
        return best;
    }

    private int Collect(Span<byte> samples, int period, int spread)
    {
        var count = 0;
        for (var back = period; back <= Hours; back += period)
        {
            for (var shift = -spread; shift <= spread; shift++)
            {
                // The place of four weeks ago is that of the running hour, which is written when it is over.
                var hour = _hour - back + shift;
                var age = _hour - hour;
                if (hour >= 0 && age is > 0 and <= Hours && _codes[hour % Hours] is var code and not 0)
                {
                    samples[count++] = code;
                }
            }
        }

        return count;
    }

    private static void Use(
        Span<byte> samples,
        VolumeSettings settings,
        ref int best,
        ref long normal,
        ref long limit
    )
    {
        if (samples.Length < LeastSamples)
        {
            return;
        }

        samples.Sort();
        double median = samples[samples.Length / 2];
        Span<byte> distances = stackalloc byte[samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            distances[i] = (byte)Math.Abs(samples[i] - median);
        }

        distances.Sort();
        var deviation = Math.Max(LeastDeviation, Normal * distances[distances.Length / 2]);
        var far = Math.Max(
            median + (settings.Deviations * deviation),
            median + (LogCode.PerOctave * Math.Log2(settings.Factor))
        );
        var bytes = LogCode.ToNumber(Math.Min(far, 400) - 1) * Kibi;
        if (bytes > limit)
        {
            (best, limit) = (samples.Length, bytes);
            normal = LogCode.ToNumber(median - 1) * Kibi;
        }
    }
}
