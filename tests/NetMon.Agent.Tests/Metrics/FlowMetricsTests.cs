using System.Globalization;
using NetMon.Agent.Flows;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Metrics;

/// <summary>Which series flows count in. Labels here are the client's, the server's and the direction alone, to be easily read.</summary>
public sealed class FlowMetricsTests
{
    private static readonly Workload Client = new("shop", "Deployment", "client");
    private static readonly Workload Server = new("shop", "Deployment", "server");

    private readonly MetricsOptions _options = new() { Labels = ["src_workload"] };
    private readonly MetricRegistry _registry = new();

    [Theory]
    [InlineData(true, false, "client egress 100", "server ingress 900")]
    [InlineData(false, true, "client ingress 100", "server egress 900")]
    [InlineData(false, false, "client transit 100", "server transit 900")]
    [InlineData(
        true,
        true,
        "client egress 100",
        "client ingress 100",
        "server egress 900",
        "server ingress 900"
    )]
    public void Bytes_count_as_sent_by_a_local_end_and_as_received_by_one(
        bool clientLocal,
        bool serverLocal,
        params string[] expected
    )
    {
        var metrics = new FlowMetrics(_registry, _options);
        var flow = TestFlow(clientLocal, serverLocal);
        FlowSeries series = default;

        metrics.Count(in flow, Counts(1, 100, 3, 900), ref series);
        Assert.Equal(expected, Bytes());
        metrics.Count(in flow, Counts(1, 100, 3, 900), ref series);

        Assert.Equal(
            expected.Sum(each => 2 * long.Parse(each.Split(' ')[2], CultureInfo.InvariantCulture)),
            Samples("netmon_bytes_total").Sum(each => (long)each.Value)
        );
        Assert.Equal(
            expected.Length / 2 * 2 * (1 + 3),
            Samples("netmon_packets_total").Sum(each => (long)each.Value)
        );
    }

    [Theory]
    [InlineData(true, false, "egress")]
    [InlineData(false, true, "ingress")]
    [InlineData(false, false, "transit")]
    [InlineData(true, true, "egress,ingress")]
    public void What_describes_the_flow_counts_by_where_its_initiator_and_responder_are(
        bool clientLocal,
        bool serverLocal,
        string directions
    )
    {
        var metrics = new FlowMetrics(_registry, _options);
        var flow = TestFlow(clientLocal, serverLocal);
        FlowSeries series = default;
        var counts = Counts(0, 0, 5, 500) with
        {
            RetransmitsSent = 2,
            RetransmitsReceived = 1,
            ResetsReceived = 1,
        };

        metrics.Count(in flow, in counts, ref series);
        metrics.Connected(in flow, ref series);
        metrics.Decided(in flow, ref series);

        foreach (var direction in directions.Split(','))
        {
            var labels = $"{{src_workload=\"client\",direction=\"{direction}\"";
            Assert.Equal(3, Samples("netmon_tcp_retransmits_total")[labels + "}"]);
            Assert.Equal(1, Samples("netmon_tcp_resets_total")[labels + "}"]);
            Assert.Equal(1, Samples("netmon_flows_total")[labels + ",status=\"ok\"}"]);
            Assert.Equal(0.25, Samples("netmon_latency_seconds_sum")[labels + ",type=\"connect\"}"]);
        }

        Assert.Equal(directions.Split(',').Length, Samples("netmon_flows_total").Count);
    }

    [Fact]
    public void Each_event_has_a_series_and_none_where_it_never_happened()
    {
        var metrics = new FlowMetrics(_registry, _options);
        var flow = TestFlow(clientLocal: true, serverLocal: false);
        FlowSeries series = default;
        var counts = Counts(1, 100, 1, 100);
        metrics.Count(in flow, in counts, ref series);
        Assert.Empty(Samples("netmon_tcp_events_total"));

        counts.ZeroWindowsSent = 1;
        counts.ZeroWindowsReceived = 2;
        counts.SourceHealth = new()
        {
            FastRetransmits = 1,
            Gaps = 5,
            WindowFull = 7,
        };
        counts.DestinationHealth = new()
        {
            FastRetransmits = 10,
            TimeoutRetransmits = 20,
            SpuriousRetransmits = 30,
            OutOfOrder = 40,
            DuplicateAcks = 50,
        };
        metrics.Count(in flow, in counts, ref series);

        Assert.Equal(
            [
                ("fast_retransmit", 11),
                ("timeout_retransmit", 20),
                ("spurious_retransmit", 30),
                ("out_of_order", 40),
                ("duplicate_ack", 50),
                ("gap", 5),
                ("zero_window", 3),
                ("window_full", 7),
            ],
            Samples("netmon_tcp_events_total").Select(one => (Label(one.Key, "event"), (int)one.Value))
        );
    }

    [Fact]
    public void Round_trips_come_by_bucket_with_their_exact_sum()
    {
        var metrics = new FlowMetrics(_registry, _options);
        var flow = TestFlow(clientLocal: true, serverLocal: true);
        FlowSeries series = default;
        var counts = new FlowCounts { SourceHealth = { RoundTripSumUs = 1000 } };
        var trips = new RoundTripCounts { Any = true };
        trips.Source[0] = 1; // up to 64 us
        trips.Source[3] = 2; // up to 512 us
        trips.Source[15] = 4; // beyond 1.048576 s
        metrics.Count(in flow, in counts, in trips, ref series);
        metrics.Count(in flow, in counts, in trips, ref series);

        foreach (var direction in new[] { "egress", "ingress" })
        {
            var labels = $"{{src_workload=\"client\",direction=\"{direction}\",side=\"source\"";
            var buckets = Samples("netmon_tcp_rtt_seconds_bucket");
            Assert.Equal(2, buckets[labels + ",le=\"6.4E-05\"}"]);
            Assert.Equal(6, buckets[labels + ",le=\"0.000512\"}"]);
            Assert.Equal(6, buckets[labels + ",le=\"1.048576\"}"]);
            Assert.Equal(14, buckets[labels + ",le=\"+Inf\"}"]);
            Assert.Equal(14, Samples("netmon_tcp_rtt_seconds_count")[labels + "}"]);
            Assert.Equal(0.002, Samples("netmon_tcp_rtt_seconds_sum")[labels + "}"], 12);
        }
    }

    [Fact]
    public void Families_may_have_labels_of_their_own()
    {
        _options.FamilyLabels.Bytes = ["src_ip"];
        _options.FamilyLabels.Packets = ["protocol"];
        _options.FamilyLabels.Latency = ["dst_service"];
        var metrics = new FlowMetrics(_registry, _options);
        var flow = TestFlow(clientLocal: true, serverLocal: false);
        FlowSeries series = default;

        for (var i = 0; i < 3; i++)
        {
            metrics.Count(in flow, Counts(1, 100, 3, 900), ref series);
        }

        metrics.Connected(in flow, ref series);
        metrics.Decided(in flow, ref series);

        Assert.Equal(300, Samples("netmon_bytes_total")["{src_ip=\"10.0.0.1\",direction=\"egress\"}"]);
        Assert.Equal(9, Samples("netmon_packets_total")["{protocol=\"tcp\",direction=\"ingress\"}"]);
        Assert.Equal(
            ["{dst_service=\"\",direction=\"egress\",type=\"connect\"}"],
            Samples("netmon_latency_seconds_count").Keys
        );
        Assert.Equal(
            ["{src_workload=\"client\",direction=\"egress\",status=\"ok\"}"],
            Samples("netmon_flows_total").Keys
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Series_that_a_flow_still_has_are_kept_and_dropped_once_it_ended(bool apart)
    {
        if (apart)
        {
            _options.FamilyLabels.Bytes = ["workload"];
            _options.FamilyLabels.Latency = ["pod"];
        }

        var metrics = new FlowMetrics(_registry, _options);
        var client = new Workload("shop", "Job", "client");
        var flow = TestFlow(clientLocal: true, serverLocal: true);
        flow.Attribution.Source = Pod(client);
        FlowSeries series = default;
        metrics.Opened(in flow);
        metrics.Count(in flow, Counts(1, 100, 3, 900), ref series);
        metrics.Connected(in flow, ref series);
        metrics.Decided(in flow, ref series);
        client.IsGone = true;

        var now = 0ul;
        Pass(TimeSpan.FromHours(1));
        Assert.Equal(4, Bytes().Length);
        metrics.Ended(in flow, ref series);
        Pass(_options.StaleAfter / 2);
        Assert.Equal(4, Bytes().Length);
        Pass(_options.StaleAfter);

        // What the server sent is a series of the server's where the receiver is not told.
        Assert.Equal(apart ? [] : ["server egress 900", "server ingress 900"], Bytes());
        Assert.Empty(Samples("netmon_latency_seconds_count"));
        Assert.Equal(0, Samples("netmon_flows_active").Values.Sum());

        void Pass(TimeSpan time)
        {
            metrics.Housekeep(now);
            now += (ulong)time.TotalNanoseconds;
            metrics.Housekeep(now);
        }
    }

    [Fact]
    public void A_flow_that_found_no_room_gets_series_of_its_own_once_there_is_some()
    {
        _options.MaxSeries = 1;
        _options.Labels = ["src_ip"];
        var metrics = new FlowMetrics(_registry, _options);
        var first = TestFlow(clientLocal: true, serverLocal: false);
        var second = first;
        second.Source = second.Source with { Address = NetworkAddress.FromIPv4(0x0a000002) };
        FlowSeries series = default;
        FlowSeries later = default;
        metrics.Opened(in first);
        metrics.Count(in first, Counts(1, 100, 0, 0), ref series);
        metrics.Count(in second, Counts(1, 30, 0, 0), ref later);
        Assert.Equal(30, Samples("netmon_bytes_total")["{src_ip=\"other\",direction=\"egress\"}"]);

        metrics.Ended(in first, ref series);
        metrics.Housekeep(1);
        metrics.Housekeep((ulong)_options.StaleAfter.TotalNanoseconds + 2);
        metrics.Count(in second, Counts(1, 50, 0, 0), ref later);

        Assert.Equal(
            new Dictionary<string, double>
            {
                ["{src_ip=\"other\",direction=\"egress\"}"] = 30,
                ["{src_ip=\"10.0.0.2\",direction=\"egress\"}"] = 50,
            },
            Samples("netmon_bytes_total")
        );
    }

    [Fact]
    public void Blocks_of_rows_are_used_again()
    {
        var pool = new FlowRowsPool(length: 2);
        var blocks = Enumerable.Range(0, 3000).Select(_ => pool.Take()).ToArray();
        Assert.Distinct(blocks);
        Assert.DoesNotContain(0, blocks);
        Assert.Equal(3000, pool.Taken);

        foreach (ref var block in blocks.AsSpan())
        {
            pool.Return(ref block);
            Assert.Equal(0, block);
        }

        Assert.Equal(0, pool.Taken);
        Assert.InRange(pool.Take(), 1, 3000);
    }

    private static Flow TestFlow(bool clientLocal, bool serverLocal) =>
        new()
        {
            Source = new FlowEndpoint(NetworkAddress.FromIPv4(0x0a000001), 40_000, 1),
            Destination = new FlowEndpoint(NetworkAddress.FromIPv4(0x0a000101), 80, 2),
            Protocol = IpProtocol.Tcp,
            ConnectUs = 250_000,
            Status = FlowStatus.Ok,
            Attribution = new FlowAttribution
            {
                Source = Pod(Client),
                Destination = Pod(Server),
                Scope = FlowScope.PodToPod,
                SourceLocal = clientLocal,
                DestinationLocal = serverLocal,
            },
        };

    private static Endpoint Pod(Workload workload) => new() { Kind = EndpointKind.Pod, Workload = workload };

    private static FlowCounts Counts(long packets, long bytes, long packetsBack, long bytesBack) =>
        new()
        {
            Sent = new Traffic { Packets = packets, Bytes = bytes },
            Received = new Traffic { Packets = packetsBack, Bytes = bytesBack },
        };

    private Dictionary<string, double> Samples(string name) => PipelineUnderTest.Samples(_registry, name);

    // Workload, direction and value; the other labels are the same.
    private string[] Bytes() =>
        [
            .. Samples("netmon_bytes_total")
                .Select(sample =>
                    $"{Label(sample.Key, "src_workload")} {Label(sample.Key, "direction")} {sample.Value}"
                )
                .Order(StringComparer.Ordinal),
        ];

    private static string Label(string labels, string name) => labels.Split($"{name}=\"")[1].Split('"')[0];
}
