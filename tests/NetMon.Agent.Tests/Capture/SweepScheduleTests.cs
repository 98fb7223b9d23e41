using NetMon.Agent.Capture;

namespace NetMon.Agent.Tests.Capture;

public sealed class SweepScheduleTests
{
    [Theory]
    [InlineData(5000, 1, 1000)]
    [InlineData(5000, 4, 4000)]
    [InlineData(5000, 200, 5000)]
    [InlineData(100, 0, 20)]
    [InlineData(100, 10, 100)]
    [InlineData(1000, 0, 200)]
    [InlineData(60000, 10, 10000)]
    public void A_sweep_gets_a_tenth_of_a_percent_of_the_time_and_no_flow_waits_longer_than_an_interval(
        int intervalMs,
        int durationMs,
        int expectedMs
    )
    {
        var schedule = new SweepSchedule(TimeSpan.FromMilliseconds(intervalMs));
        Assert.Equal(
            TimeSpan.FromMilliseconds(expectedMs),
            schedule.Next(TimeSpan.FromMilliseconds(durationMs))
        );
    }
}
