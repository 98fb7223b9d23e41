using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

public class ExpositionTests
{
    private readonly MetricRegistry _registry = new();

    [Fact]
    public void A_counter_has_its_suffix_in_the_family_name_of_Prometheus_text_only()
    {
        var family = _registry.Counter<FlowGroupKey>(
            new Instrument("t_flows_total", MetricType.Counter, "flows", "Help.", "protocol", "direction")
        );
        family.Add(new FlowGroupKey(IpProtocol.Tcp, FlowDirection.Egress), 2);
        family.Add(new FlowGroupKey(99, FlowDirection.Ingress), long.MaxValue);

        Assert.Equal(
            """
            # HELP t_flows_total Help.
            # TYPE t_flows_total counter
            t_flows_total{protocol="tcp",direction="egress"} 2
            t_flows_total{protocol="99",direction="ingress"} 9223372036854775807
            """,
            Exposition.Lines(_registry, "t_flows")
        );
        Assert.Equal(
            """
            # TYPE t_flows counter
            # UNIT t_flows flows
            # HELP t_flows Help.
            t_flows_total{protocol="tcp",direction="egress"} 2
            t_flows_total{protocol="99",direction="ingress"} 9223372036854775807
            """,
            Exposition.Lines(_registry, "t_flows", ExpositionFormat.OpenMetrics)
        );
    }

    [Fact]
    public void A_histogram_has_cumulative_buckets_a_sum_and_a_count()
    {
        var family = _registry.Histogram<TextKey>(
            new Instrument("t_seconds", MetricType.Histogram, "seconds", "Help.", "type"),
            [0.001, 1, 2.5]
        );
        foreach (var value in (double[])[0.0005, 0.001, 0.5, 2.5, 3])
        {
            family.Observe(new TextKey("connect"), value);
        }

        Assert.Equal(
            """
            # HELP t_seconds Help.
            # TYPE t_seconds histogram
            t_seconds_bucket{type="connect",le="0.001"} 2
            t_seconds_bucket{type="connect",le="1"} 3
            t_seconds_bucket{type="connect",le="2.5"} 4
            t_seconds_bucket{type="connect",le="+Inf"} 5
            t_seconds_sum{type="connect"} 6.0015
            t_seconds_count{type="connect"} 5
            """,
            Exposition.Lines(_registry, "t_seconds")
        );
        Assert.Contains(
            "t_seconds_bucket{type=\"connect\",le=\"1.0\"} 3",
            Exposition.Text(_registry, ExpositionFormat.OpenMetrics),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_summary_has_quantiles_a_sum_and_a_count()
    {
        var family = _registry.Summary(
            new Instrument("t_seconds", MetricType.Summary, "seconds", "Help."),
            0.5,
            1
        );
        Assert.Contains(
            "t_seconds{quantile=\"0.5\"} NaN\n",
            Exposition.Text(_registry),
            StringComparison.Ordinal
        );

        family.Observe(1);
        family.Observe(3);
        family.Observe(31);

        Assert.Equal(
            """
            # HELP t_seconds Help.
            # TYPE t_seconds summary
            t_seconds{quantile="0.5"} 3E-09
            t_seconds{quantile="1"} 3.1E-08
            t_seconds_sum 3.5E-08
            t_seconds_count 3
            """,
            Exposition.Lines(_registry, "t_seconds")
        );
    }

    [Fact]
    public void A_gauge_goes_up_and_down_and_may_be_any_number()
    {
        var family = _registry.Gauge<TextKey>(new Instrument("t", MetricType.Gauge, "", "Help.", "of"));
        family.Add(new TextKey("a"), 5);
        family.Add(new TextKey("a"), -7.5);
        family.Set(new TextKey("b"), double.PositiveInfinity);
        family.Set(new TextKey("c"), double.NegativeInfinity);
        family.Set(new TextKey("d"), 1e300);

        Assert.Equal(
            """
            t{of="a"} -2.5
            t{of="b"} +Inf
            t{of="c"} -Inf
            t{of="d"} 1E+300
            """,
            Exposition.Lines(_registry, "t{")
        );
    }

    [Fact]
    public void A_family_without_labels_is_there_from_the_start()
    {
        var counter = _registry.Counter(Instruments.FlowsOrphaned);
        var gauge = _registry.Gauge(Instruments.Streams);
        Assert.Equal(0, Exposition.Samples(_registry)["netmon_flows_orphaned_total"]);
        Assert.Equal(0, Exposition.Samples(_registry)["netmon_streams"]);

        counter.Add(3);
        gauge.Set(4);
        gauge.Add(-1);
        Assert.Equal(3, Exposition.Samples(_registry)["netmon_flows_orphaned_total"]);
        Assert.Equal(3, Exposition.Samples(_registry)["netmon_streams"]);
    }

    [Fact]
    public void Observed_families_are_asked_at_each_exposition()
    {
        var asked = 0;
        _registry.Observe(
            Instruments.Interfaces,
            (ref MetricSamples samples) =>
            {
                asked++;
                samples.Add(asked, "pod");
                samples.Add(0.5, "uplink");
            }
        );
        _registry.Observe(Instruments.ProcessCpu, () => 12.25);
        _registry.Observe(Instruments.ProcessOpenFds, () => 7L);

        Exposition.Text(_registry);
        var samples = Exposition.Samples(_registry);
        Assert.Equal(2, samples["netmon_interfaces{kind=\"pod\"}"]);
        Assert.Equal(0.5, samples["netmon_interfaces{kind=\"uplink\"}"]);
        Assert.Equal(12.25, samples["process_cpu_seconds_total"]);
        Assert.Equal(7, samples["process_open_fds"]);
    }

    [Fact]
    public void Help_is_escaped_as_each_format_wants_it()
    {
        _registry.Counter(new Instrument("t_total", MetricType.Counter, "", "a\\b \"c\"\nd"));

        Assert.Contains(
            "# HELP t_total a\\\\b \"c\"\\nd\n",
            Exposition.Text(_registry),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "# HELP t a\\\\b \\\"c\\\"\\nd\n",
            Exposition.Text(_registry, ExpositionFormat.OpenMetrics),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void OpenMetrics_ends_with_EOF_and_calls_an_info_by_its_family()
    {
        _registry.Observe(
            Instruments.BuildInfo,
            (ref MetricSamples samples) => samples.Add(1, "0.1.0", "abc")
        );

        var openMetrics = Exposition.Text(_registry, ExpositionFormat.OpenMetrics);
        Assert.EndsWith("\n# EOF\n", openMetrics, StringComparison.Ordinal);
        Assert.Contains("# TYPE netmon_build info\n", openMetrics, StringComparison.Ordinal);
        Assert.Contains(
            "# TYPE netmon_build_info gauge\n",
            Exposition.Text(_registry),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\nnetmon_build_info{version=\"0.1.0\",revision=\"abc\"} 1\n",
            openMetrics,
            StringComparison.Ordinal
        );
    }
}
