using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Metrics;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Metrics;

public class DurationSummaryTests
{
    private readonly DurationSummary _summary = New();

    [Fact]
    public void There_is_no_quantile_of_nothing()
    {
        Assert.Null(_summary.Quantile(0.5));
    }

    [Fact]
    public void A_quantile_is_at_most_one_step_above_the_exact_one()
    {
        var durations = Gen.OneOf(Gen.Choose(0, 100), Gen.Choose(0, 1_000_000), Gen.Choose(0, int.MaxValue))
            .SelectMany(low => Gen.Choose(0, 500).Select(high => ((long)high * low) + low))
            .NonEmptyListOf();
        Prop.ForAll(
                durations.ToArbitrary(),
                Gen.Choose(0, 100).ToArbitrary(),
                (given, percent) =>
                {
                    var summary = New();
                    foreach (var duration in given)
                    {
                        summary.Observe(duration);
                    }

                    var rank = Math.Max((int)Math.Ceiling(percent / 100.0 * given.Count), 1);
                    var exact = given.Order().ElementAt(rank - 1);
                    var actual = summary.Quantile(percent / 100.0)!.Value;
                    Assert.InRange(actual, exact, exact + (exact / 32));
                }
            )
            .Holds(1000);
    }

    [Fact]
    public void Durations_beyond_the_range_count_as_the_longest_and_negative_ones_as_none()
    {
        _summary.Observe(long.MaxValue / 2);
        _summary.Observe(-5);

        Assert.Equal(0, _summary.Quantile(0));
        Assert.Equal((1L << 41) - 1, _summary.Quantile(1));
    }

    [Fact]
    public void Rotation_forgets_a_window_after_its_time_but_not_the_sum_and_count()
    {
        var registry = new MetricRegistry();
        var summary = registry.Summary(Instruments.ProcessingDuration, 1);
        summary.Observe(31);
        for (var i = 0; i < DurationSummary.Windows - 1; i++)
        {
            summary.Rotate();
            summary.Observe(5);
            Assert.Equal(31, summary.Quantile(1));
        }

        summary.Rotate();
        Assert.Equal(5, summary.Quantile(1));
        Assert.Equal(
            DurationSummary.Windows,
            Exposition.Samples(registry)["netmon_processing_duration_seconds_count"]
        );
    }

    private static DurationSummary New() => new MetricRegistry().Summary(Instruments.ProcessingDuration, 0.5);
}
