using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Metrics;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Metrics;

public class SeriesLimitTests
{
    private static readonly Instrument Counted = new("t_total", MetricType.Counter, "", "Help.", "a", "b");

    [Fact]
    public void Keys_beyond_the_limit_share_one_series_whose_labels_say_other()
    {
        var registry = new MetricRegistry();
        var family = registry.Counter<NumberKey>(Counted, seriesLimit: 2);
        for (var key = 0; key < 5; key++)
        {
            family.Add(new NumberKey(key), 10);
        }

        // A key that was in time stays.
        family.Add(new NumberKey(1), 1);

        Assert.Equal(
            """
            t_total{a="other",b="other"} 30
            t_total{a="0",b="0"} 10
            t_total{a="1",b="1"} 11
            """,
            Exposition.Lines(registry, "t_total{")
        );
        Assert.Equal(2, family.SeriesCount);
    }

    [Fact]
    public void Each_sample_that_the_overflow_series_took_is_counted()
    {
        var registry = new MetricRegistry();
        var family = registry.Counter<NumberKey>(Counted, seriesLimit: 1);
        Assert.Equal(0, Overflowed(registry));
        family.Add(new NumberKey(0), 100);
        Assert.Equal(0, Overflowed(registry));

        var handle = family.GetOrAdd(new NumberKey(1));
        Assert.True(handle.IsOverflow);
        Assert.Equal(0, Overflowed(registry));
        family.Add(handle, 100);
        family.Add(handle, 0);
        family.Add(new NumberKey(2), 100);

        Assert.Equal(3, Overflowed(registry));
        Assert.Equal(3, family.Overflowed);
    }

    [Fact]
    public void The_overflow_series_is_not_shown_before_it_took_something()
    {
        var registry = new MetricRegistry();
        var family = registry.Counter<NumberKey>(Counted, seriesLimit: 1);
        family.Add(new NumberKey(0), 1);

        Assert.DoesNotContain("\"other\"", Exposition.Text(registry), StringComparison.Ordinal);
    }

    [Fact]
    public void Histograms_and_gauges_overflow_alike()
    {
        var registry = new MetricRegistry();
        var histogram = registry.Histogram<NumberKey>(
            new Instrument("h", MetricType.Histogram, "", "Help.", "a", "b"),
            [1],
            seriesLimit: 1
        );
        var gauge = registry.Gauge<NumberKey>(
            new Instrument("g", MetricType.Gauge, "", "Help.", "a", "b"),
            seriesLimit: 1
        );
        for (var key = 0; key < 3; key++)
        {
            histogram.Observe(new NumberKey(key), 5);
            gauge.Add(new NumberKey(key), 2);
        }

        var samples = Exposition.Samples(registry);
        Assert.Equal(2, samples["h_count{a=\"other\",b=\"other\"}"]);
        Assert.Equal(10, samples["h_sum{a=\"other\",b=\"other\"}"]);
        Assert.Equal(4, samples["g{a=\"other\",b=\"other\"}"]);
        Assert.Equal(2, samples["netmon_series_overflow_total{family=\"h\"}"]);
        Assert.Equal(2, samples["netmon_series_overflow_total{family=\"g\"}"]);
    }

    [Fact]
    public void The_sum_over_all_series_is_exact_whatever_the_limit()
    {
        var adds = Gen.Choose(0, 30)
            .SelectMany(key => Gen.Choose(0, 1000).Select(value => (key, value)))
            .ArrayOf();
        Prop.ForAll(
                adds.ToArbitrary(),
                Gen.Choose(1, 20).ToArbitrary(),
                (given, limit) =>
                {
                    var registry = new MetricRegistry();
                    var family = registry.Counter<NumberKey>(Counted, limit);
                    foreach (var (key, value) in given)
                    {
                        family.Add(new NumberKey(key), value);
                    }

                    var samples = Exposition
                        .Samples(registry)
                        .Where(sample => sample.Key.StartsWith("t_total", StringComparison.Ordinal))
                        .ToList();
                    Assert.Equal(given.Sum(add => add.value), samples.Sum(sample => sample.Value));
                    Assert.InRange(samples.Count, 0, limit + 1);
                }
            )
            .Holds();
    }

    [Fact]
    public void A_handle_that_names_no_series_takes_nothing()
    {
        var family = new MetricRegistry().Counter<NumberKey>(Counted);
        Assert.True(default(SeriesHandle).IsNone);
        Assert.Throws<ArgumentException>(() => family.Add(default(SeriesHandle), 1));
    }

    [Fact]
    public void A_counter_does_not_decrease()
    {
        var family = new MetricRegistry().Counter<NumberKey>(Counted);
        Assert.Throws<ArgumentOutOfRangeException>(() => family.Add(new NumberKey(1), -1));
    }

    private static double Overflowed(MetricRegistry registry) =>
        Exposition.Samples(registry)["netmon_series_overflow_total{family=\"t_total\"}"];
}
