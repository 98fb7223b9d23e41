namespace NetMon.Agent.Tests;

public sealed class WallClockTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    private readonly HaltingTime _time = new();

    [Fact]
    public void A_pause_between_two_looks_at_clocks_moves_no_time()
    {
        var clock = new WallClock(_time);
        var before = clock.OffsetNs;
        _time.Pauses = int.MaxValue;

        Assert.Equal(before, clock.OffsetNs);
        _time.Pauses = 0;
        Assert.Equal(before, clock.OffsetNs);
    }

    [Fact]
    public void A_pause_at_the_first_look_is_looked_past()
    {
        var clock = new WallClock(_time);
        _time.Pauses = 1;
        var first = clock.OffsetNs;

        Assert.Equal(first, clock.OffsetNs);
    }

    [Fact]
    public void A_clock_that_is_set_is_followed()
    {
        var clock = new WallClock(_time);
        var before = clock.OffsetNs;
        _time.Set = TimeSpan.FromSeconds(5);

        Assert.InRange(clock.OffsetNs - before, 4_900_000_000, 5_100_000_000);
    }

    /// <summary>The system's time, after each look at which the thread stops for a while.</summary>
    private sealed class HaltingTime : TimeProvider
    {
        public int Pauses { get; set; }

        public TimeSpan Set { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            var now = base.GetUtcNow() + Set;
            if (Pauses > 0)
            {
                Pauses--;
                Thread.Sleep(Pause);
            }

            return now;
        }
    }
}
