using System.Diagnostics;

namespace NetMon.Agent;

/// <summary>Relates CLOCK_MONOTONIC, which the kernel's records carry, to the time of day.</summary>
/// <remarks>The relation is kept until the clock was set by more than a millisecond, so that one flow's start always reads the same.</remarks>
internal sealed class WallClock(TimeProvider time)
{
    private const long Tolerance = 1_000_000;

    private long _offsetNs;

    /// <summary>Nanoseconds to add to a time of CLOCK_MONOTONIC to have nanoseconds of the Unix epoch.</summary>
    public long OffsetNs
    {
        get
        {
            // Stopwatch is CLOCK_MONOTONIC in nanoseconds on Linux.
            var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            var offset = now - Stopwatch.GetTimestamp();
            var known = Volatile.Read(ref _offsetNs);
            if (Math.Abs(offset - known) <= Tolerance)
            {
                return known;
            }

            Volatile.Write(ref _offsetNs, offset);
            return offset;
        }
    }

    /// <summary>The time of day.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    public static ulong MonotonicNs => (ulong)Stopwatch.GetTimestamp();
}
