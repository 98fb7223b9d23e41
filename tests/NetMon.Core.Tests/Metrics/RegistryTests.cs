using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

public class RegistryTests
{
    private readonly MetricRegistry _registry = new();

    [Fact]
    public void A_family_is_registered_once()
    {
        _registry.Counter(Instruments.FlowsOrphaned);
        Assert.Throws<ArgumentException>(() => _registry.Counter(Instruments.FlowsOrphaned));
        // OpenMetrics would have two families of the same name.
        Assert.Throws<ArgumentException>(() =>
            _registry.Gauge(new Instrument("netmon_flows_orphaned", MetricType.Gauge, "", "Help."))
        );
    }

    [Fact]
    public void An_instrument_is_used_as_what_it_is()
    {
        Assert.Throws<ArgumentException>(() => _registry.Gauge(Instruments.FlowsOrphaned));
        Assert.Throws<ArgumentException>(() => _registry.Counter(Instruments.Streams));
        Assert.Throws<ArgumentException>(() => _registry.Histogram<NoLabels>(Instruments.Streams, [1]));
        Assert.Throws<ArgumentException>(() => _registry.Summary(Instruments.Streams, 0.5));
        Assert.Throws<ArgumentException>(() => _registry.Observe(Instruments.Latency, () => 1L));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1_total")]
    [InlineData("a-b_total")]
    [InlineData("é_total")]
    [InlineData("requests")]
    public void A_name_that_no_counter_can_have_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => new Instrument(name, MetricType.Counter, "", "Help."));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("a:b")]
    [InlineData("__name__")]
    [InlineData("le")]
    [InlineData("quantile")]
    public void A_label_that_the_formats_reserve_is_refused(string label)
    {
        Assert.Throws<ArgumentException>(() => new Instrument("t", MetricType.Gauge, "", "Help.", label));
    }

    [Fact]
    public void Bounds_of_buckets_must_increase()
    {
        Assert.Throws<ArgumentException>(() => _registry.Histogram<TextKey>(Instruments.Latency, [1, 1]));
        Assert.Throws<ArgumentException>(() =>
            _registry.Histogram<TextKey>(Instruments.Latency, [double.PositiveInfinity])
        );
    }
}
