using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

public sealed class SampleReadingTests
{
    private static readonly Instrument Labelled = new(
        "netmon_test_total",
        MetricType.Counter,
        "things",
        "Things.",
        "name",
        "other"
    );

    [Fact]
    public void Samples_come_with_their_labels_as_they_were_given()
    {
        var registry = new MetricRegistry();
        string[] names = ["plain", "with \"quotes\", commas", "back\\slash", "two\nlines", "}{=", "ü日"];
        registry.Observe(
            Labelled,
            (ref MetricSamples samples) =>
            {
                for (var i = 0; i < names.Length; i++)
                {
                    samples.Add((long)i, names[i], "x");
                }
            }
        );

        var read = registry.Read("netmon_test_total");

        Assert.Equal(names, read.Select(sample => sample.Labels[0].Value));
        Assert.All(read, sample => Assert.Equal(["name", "other"], sample.Labels.Select(label => label.Key)));
        Assert.Equal([0d, 1, 2, 3, 4, 5], read.Select(sample => sample.Value));
    }

    [Fact]
    public void Families_without_labels_and_parts_of_histograms_can_be_read()
    {
        var registry = new MetricRegistry();
        registry.Observe(
            new Instrument("netmon_temperature", MetricType.Gauge, "degrees", "How hot."),
            () => 36.6
        );
        var histogram = registry.Histogram<NoLabels>(
            new Instrument("netmon_wait_seconds", MetricType.Histogram, "seconds", "Waits."),
            [1, 2]
        );
        histogram.Observe(histogram.GetOrAdd(default), 1.5);

        Assert.Equal(36.6, Assert.Single(registry.Read("netmon_temperature")).Value);
        var parts = registry.Read("netmon_wait_seconds");
        Assert.Equal(1.5, parts.Single(sample => sample.Suffix == "_sum").Value);
        Assert.Equal(
            [0d, 1, 1],
            parts.Where(sample => sample.Suffix == "_bucket").Select(sample => sample.Value)
        );
    }

    [Fact]
    public void What_is_not_there_has_no_samples() =>
        Assert.Empty(new MetricRegistry().Read("netmon_nothing"));
}
