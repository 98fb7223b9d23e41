using System.Diagnostics;

namespace NetMon.Agent;

/// <summary>Relates CLOCK_MONOTONIC, which the kernel's records carry, to the time of day.</summary>
/// <remarks>The relation is kept until the clock was set by more than a millisecond, so that one flow's start always reads the same.</remarks>
internal sealed class WallClock(TimeProvider time)
{
    private const long Tolerance = 1_000_000;
    private const int Looks = 5;

    private long _offsetNs;

    /// <summary>Nanoseconds to add to a time of CLOCK_MONOTONIC to have nanoseconds of the Unix epoch.</summary>
    public long OffsetNs
    {
        get
        {
            var known = Volatile.Read(ref _offsetNs);
            var look = Look();
            if (look.Contains(known))
            {
                return known;
            }

            // The clock was set, or this is the first look: the closest of a few.
            for (var i = 1; i < Looks && look.Width > Tolerance; i++)
            {
                var next = Look();
                look = next.Width < look.Width ? next : look;
            }

            Volatile.Write(ref _offsetNs, look.Middle);
            return look.Middle;
        }
    }

    /// <summary>The time of day.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    public static ulong MonotonicNs => (ulong)Stopwatch.GetTimestamp();

    // A thread may be paused between two looks at clocks: the time of day was read at some moment between the other two.
    private Bounds Look()
    {
        // Stopwatch is CLOCK_MONOTONIC in nanoseconds on Linux.
        var before = Stopwatch.GetTimestamp();
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        var after = Stopwatch.GetTimestamp();
        return new Bounds(now - after, now - before);
    }

    /// <summary>Where the offset is.</summary>
    private readonly record struct Bounds(long Least, long Most)
    {
        public long Width => Most - Least;

        public long Middle => Least + (Width / 2);

        public bool Contains(long offset) => offset >= Least - Tolerance && offset <= Most + Tolerance;
    }
}
