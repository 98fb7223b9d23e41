using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

public class ExpositionTests
{
    private readonly MetricRegistry _registry = new();

    [Fact]
    public void A_counter_has_its_suffix_in_the_family_name_of_Prometheus_text_only()
    {
        var family = _registry.Counter<FlowStatusKey>(Instruments.Flows);
        family.Add(new FlowStatusKey(IpProtocol.Tcp, FlowDirection.Egress, FlowStatus.Ok), 2);
        family.Add(new FlowStatusKey(99, FlowDirection.Ingress, FlowStatus.Failed), long.MaxValue);

        Assert.Equal(
            $$"""
            # HELP netmon_flows_total {{Instruments.Flows.Help}}
            # TYPE netmon_flows_total counter
            netmon_flows_total{protocol="tcp",direction="egress",status="ok"} 2
            netmon_flows_total{protocol="99",direction="ingress",status="failed"} 9223372036854775807
            """,
            Exposition.Lines(_registry, "netmon_flows")
        );
        Assert.Equal(
            $$"""
            # TYPE netmon_flows counter
            # UNIT netmon_flows flows
            # HELP netmon_flows {{Instruments.Flows.Help}}
            netmon_flows_total{protocol="tcp",direction="egress",status="ok"} 2
            netmon_flows_total{protocol="99",direction="ingress",status="failed"} 9223372036854775807
            """,
            Exposition.Lines(_registry, "netmon_flows", ExpositionFormat.OpenMetrics)
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
        var counter = _registry.Counter(Instruments.TcpResets);
        var gauge = _registry.Gauge(Instruments.Streams);
        Assert.Equal(0, Exposition.Samples(_registry)["netmon_tcp_resets_total"]);
        Assert.Equal(0, Exposition.Samples(_registry)["netmon_streams"]);

        counter.Add(3);
        gauge.Set(4);
        gauge.Add(-1);
        Assert.Equal(3, Exposition.Samples(_registry)["netmon_tcp_resets_total"]);
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
    public void Addresses_are_labels_only_where_the_family_has_them()
    {
        var flow = new Flow
        {
            Protocol = IpProtocol.Udp,
            Direction = FlowDirection.Egress,
            Source = new FlowEndpoint(NetworkAddress.FromIPv4(0x0a000001), 1, 1),
            Destination = new FlowEndpoint(new NetworkAddress(0x20010db800000000, 1), 2, 1),
        };
        var full = _registry.Counter<TrafficKey>(Instruments.Bytes);
        var bare = _registry.Counter<TrafficKey>(Instruments.Packets.Without("src_ip", "dst_ip"));
        full.Add(TrafficKey.Sent(in flow, withAddresses: true), 1);
        full.Add(TrafficKey.Received(in flow, withAddresses: true), 2);
        bare.Add(TrafficKey.Sent(in flow, withAddresses: false), 3);
        bare.Add(TrafficKey.Received(in flow, withAddresses: false), 4);

        var samples = Exposition.Samples(_registry);
        Assert.Equal(
            [1, 2, 3, 4],
            new[]
            {
                "netmon_bytes_total{protocol=\"udp\",direction=\"egress\",src_ip=\"10.0.0.1\",dst_ip=\"2001:db8::1\"}",
                "netmon_bytes_total{protocol=\"udp\",direction=\"ingress\",src_ip=\"2001:db8::1\",dst_ip=\"10.0.0.1\"}",
                "netmon_packets_total{protocol=\"udp\",direction=\"egress\"}",
                "netmon_packets_total{protocol=\"udp\",direction=\"ingress\"}",
            }.Select(name => samples[name])
        );
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
