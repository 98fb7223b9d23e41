namespace NetMon.Core.Detections.Workloads;

/// <summary>How many connections a workload made in each ten seconds of the last hour: 360 bytes.</summary>
/// <remarks>Counts are kept as eighths of powers of two, 9 percent apart: a normal rate needs no more.</remarks>
internal sealed class RateHistory
{
    public const int BinSeconds = 10;
    public const ulong BinNs = BinSeconds * Nanoseconds.Second;
    private const int Bins = 360;

    private readonly byte[] _bins = new byte[Bins];
    private int _next;

    /// <summary>Bins that are known, at most an hour of them.</summary>
    public int Known { get; private set; }

    public void Add(long count)
    {
        _bins[_next] = LogCode.Of(count);
        _next = (_next + 1) % Bins;
        Known = Math.Min(Bins, Known + 1);
    }

    /// <summary>The count that 95 percent of the known bins did not exceed.</summary>
    public long Normal()
    {
        if (Known == 0)
        {
            return 0;
        }

        Span<byte> sorted = stackalloc byte[Bins];
        sorted = sorted[..Known];
        _bins.AsSpan(0, Known).CopyTo(sorted);
        sorted.Sort();
        return LogCode.ToNumber(sorted[Math.Min(Known - 1, Known * 95 / 100)]);
    }
}
