using System.Diagnostics;

namespace NetMon.Agent.Tests;

public sealed class WallClockTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_thread_that_is_kept_from_a_processor_between_the_clocks_does_not_move_the_time_of_day()
    {
        var time = new PausingTime();
        var clock = new WallClock(time);
        var before = clock.OffsetNs;

        time.PausesLeft = 3;
        var meanwhile = clock.OffsetNs;

        Assert.Equal(0, time.PausesLeft);
        Assert.InRange(meanwhile - before, -Pause.TotalNanoseconds / 2, Pause.TotalNanoseconds / 2);
    }

    [Fact]
    public void A_clock_that_was_set_is_followed()
    {
        var time = new PausingTime();
        var clock = new WallClock(time);
        var before = clock.OffsetNs;

        time.Ahead = TimeSpan.FromHours(1);

        Assert.InRange(
            clock.OffsetNs - before,
            time.Ahead.TotalNanoseconds - Pause.TotalNanoseconds,
            time.Ahead.TotalNanoseconds + Pause.TotalNanoseconds
        );
    }

    /// <summary>The machine's, read by a thread that waits for a processor right behind.</summary>
    private sealed class PausingTime : TimeProvider
    {
        public int PausesLeft { get; set; }

        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            // By the other clock, so that the pause itself is no matter of chance.
            var now =
                DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(Stopwatch.GetTimestamp() / 1000) + Ahead;
            if (PausesLeft > 0)
            {
                PausesLeft--;
                Thread.Sleep(Pause);
            }

            return now;
        }
    }
}
