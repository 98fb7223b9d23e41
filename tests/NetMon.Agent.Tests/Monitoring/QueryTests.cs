using NetMon.Agent.Flows;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Monitoring;

/// <summary>The queries that docs/metrics.md explains, put to a real Prometheus that holds ten minutes of an agent's metrics.</summary>
public sealed class QueryTests
{
    private const long Start = 1_800_000_000;
    private const int ScrapeSeconds = 15;
    private const int Scrapes = 41;
    private const long End = Start + (ScrapeSeconds * (Scrapes - 1));

    private readonly MetricsOptions _options = new();
    private readonly MetricRegistry _registry = new();

    [SkippableFact]
    public void The_ten_pairs_of_addresses_that_send_most()
    {
        _options.Labels = ["address"];
        using var prometheus = Run(
            (metrics, _) =>
            {
                for (var peer = 1; peer <= 20; peer++)
                {
                    // Of two ports: one pair of addresses all the same.
                    Count(metrics, TestFlow(peer, 80), packets: 1, bytes: 100 * peer);
                    Count(metrics, TestFlow(peer, 443), packets: 1, bytes: 50 * peer);
                }
            }
        );

        var answer = prometheus.Query(
            "topk(10, sum by (src_ip, dst_ip) (rate(netmon_bytes_total[5m])))",
            End
        );

        Assert.Equal(
            Enumerable
                .Range(11, 10)
                .Select(peer => ("10.0.0.1", $"10.0.1.{peer}", 150.0 * peer / ScrapeSeconds))
                .OrderByDescending(pair => pair.Item3),
            answer
                .Select(series =>
                    (series.Labels["src_ip"], series.Labels["dst_ip"], Math.Round(series.Value, 9))
                )
                .OrderByDescending(pair => pair.Item3)
        );
    }

    [SkippableFact]
    public void The_share_of_flows_that_failed()
    {
        using var prometheus = Run(
            (metrics, _) =>
            {
                for (var i = 0; i < 40; i++)
                {
                    var flow = TestFlow(peer: 1, 80);
                    flow.Status = i < 3 ? FlowStatus.Failed : FlowStatus.Ok;

                    // Between two ends of the node a flow counts in both directions, failed or not.
                    flow.Attribution.DestinationLocal = i % 2 == 0;
                    FlowSeries series = default;
                    metrics.Decided(in flow, ref series);
                    metrics.Release(ref series);
                }
            }
        );

        var answer = prometheus.Query(
            """sum(rate(netmon_flows_total{status="failed"}[5m])) / sum(rate(netmon_flows_total[5m]))""",
            End
        );
        var oneDirection = prometheus.Query(
            """
            sum(rate(netmon_flows_total{status="failed",direction="egress"}[5m]))
              / sum(rate(netmon_flows_total{direction="egress"}[5m]))
            """,
            End
        );

        Assert.Equal(5.0 / 60, Assert.Single(answer).Value, 9);
        Assert.Equal(3.0 / 40, Assert.Single(oneDirection).Value, 9);
    }

    [SkippableFact]
    public void The_95th_percentile_of_connect_latency_by_service()
    {
        using var prometheus = Run(
            (metrics, _) =>
            {
                for (var i = 0; i < 100; i++)
                {
                    // All but four within (0.5 ms, 1 ms], the others within (50 ms, 100 ms].
                    Connect(metrics, "api", connectUs: i < 96 ? 700u : 70_000);

                    // Half within (1 ms, 2.5 ms], half within (2.5 ms, 5 ms].
                    Connect(metrics, "db", connectUs: i % 2 == 0 ? 2000u : 3000);
                }
            }
        );

        var answer = prometheus
            .Query(
                "histogram_quantile(0.95, sum by (dst_service, le) (rate(netmon_latency_seconds_bucket{type=\"connect\"}[5m])))",
                End
            )
            .ToDictionary(series => series.Labels["dst_service"], series => series.Value);

        // A quantile lies within its bucket in proportion to its rank.
        Assert.Equal(["api", "db"], answer.Keys.Order());
        Assert.Equal(0.0005 + (0.0005 * 95 / 96), answer["api"], 9);
        Assert.Equal(0.0025 + (0.0025 * 45 / 50), answer["db"], 9);
    }

    [SkippableFact]
    public void A_series_that_was_dropped_and_came_back_adds_nothing_that_was_not()
    {
        _options.Labels = ["address"];
        using var prometheus = Run(
            (metrics, scrape) =>
            {
                // For four minutes, silent for longer than the agent keeps it, then again.
                if (scrape is < 16 or >= 38)
                {
                    Count(metrics, TestFlow(1, 80), packets: 1, bytes: 1000);
                }
            }
        );

        var shown = prometheus.Query("count_over_time(netmon_bytes_total[10m])", End);
        var increase = prometheus.Query("sum(resets(netmon_bytes_total[10m]))", End);
        var last = prometheus.Query("sum(netmon_bytes_total)", End);

        Assert.InRange(Assert.Single(shown).Value, 16, Scrapes - 1);
        Assert.Equal(1, Assert.Single(increase).Value);
        Assert.Equal(3000, Assert.Single(last).Value);
    }

    private PrometheusServer Run(Action<FlowMetrics, int> step)
    {
        PrometheusServer.SkipIfMissing();
        var metrics = new FlowMetrics(_registry, _options);
        var history = new History(_registry);
        for (var scrape = 0; scrape < Scrapes; scrape++)
        {
            step(metrics, scrape);
            metrics.Housekeep((ulong)scrape * ScrapeSeconds * 1_000_000_000);
            history.Scrape(Start + (scrape * ScrapeSeconds));
        }

        return PrometheusServer.Holding(history.ToString());
    }

    private static void Connect(FlowMetrics metrics, string service, uint connectUs)
    {
        var flow = TestFlow(peer: 1, 80);
        flow.ConnectUs = connectUs;
        flow.Attribution.Service = new ServicePort
        {
            Endpoint = new Endpoint
            {
                Kind = EndpointKind.Service,
                Workload = new Workload("shop", "Service", service),
            },
            PortName = "",
            AddressKind = ServiceAddressKind.ClusterIp,
            Port = 80,
            Protocol = IpProtocol.Tcp,
        };
        FlowSeries series = default;
        metrics.Connected(in flow, ref series);
        metrics.Release(ref series);
    }

    private static void Count(FlowMetrics metrics, Flow flow, long packets, long bytes)
    {
        FlowSeries series = default;
        metrics.Count(
            in flow,
            new FlowCounts
            {
                Sent = new Traffic { Packets = packets, Bytes = bytes },
            },
            ref series
        );
        metrics.Release(ref series);
    }

    private static Flow TestFlow(int peer, ushort port) =>
        new()
        {
            Source = new FlowEndpoint(NetworkAddress.FromIPv4(0x0a000001), 40_000, 1),
            Destination = new FlowEndpoint(NetworkAddress.FromIPv4(0x0a000100 + (uint)peer), port, 2),
            Protocol = IpProtocol.Tcp,
            Attribution = new FlowAttribution
            {
                Source = Pod("client"),
                Destination = Pod("server"),
                Scope = FlowScope.PodToPod,
                SourceLocal = true,
            },
        };

    private static Endpoint Pod(string workload) =>
        new() { Kind = EndpointKind.Pod, Workload = new Workload("shop", "Deployment", workload) };
}
