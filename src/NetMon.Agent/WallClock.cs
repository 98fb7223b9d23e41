using System.Diagnostics;

namespace NetMon.Agent;

/// <summary>Relates CLOCK_MONOTONIC, which the kernel's records carry, to the time of day.</summary>
/// <remarks>The relation is kept until the clock was set by more than a millisecond, so that one flow's start always reads the same.</remarks>
internal sealed class WallClock(TimeProvider time)
{
    private const long Tolerance = 1_000_000;

    /// <summary>Both clocks are read within this time, or again; so often at most.</summary>
    private const long Close = Tolerance / 10;
    private const int Looks = 20;

    private long _offsetNs;

    /// <summary>Nanoseconds to add to a time of CLOCK_MONOTONIC to have nanoseconds of the Unix epoch.</summary>
    public long OffsetNs
    {
        get
        {
            var offset = Read();
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

    /// <summary>
    /// A thread that does not get a processor between its looks at the two clocks sees a relation that never was, by as much as it waited:
    /// of some looks the closest counts.
    /// </summary>
    private long Read()
    {
        var (offset, closest) = (0L, long.MaxValue);
        for (var look = 0; look < Looks && closest > Close; look++)
        {
            // Stopwatch is CLOCK_MONOTONIC in nanoseconds on Linux.
            var before = Stopwatch.GetTimestamp();
            var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            var apart = Stopwatch.GetTimestamp() - before;
            if (apart < closest)
            {
                (offset, closest) = (now - before - (apart / 2), apart);
            }
        }

        return offset;
    }
}
