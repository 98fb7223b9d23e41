using NetMon.Lab.Agents;
using NetMon.Lab.Cluster;
using NetMon.Lab.Machines;
using NetMon.Lab.Pods;
using NetMon.Lab.Workloads;
using NetMon.Testing.Lab;
using NetMon.Testing.Monitoring;

namespace NetMon.Lab.Tests.Monitoring;

/// <summary>The dashboards, and the queries that docs/metrics.md explains, over a cluster with its shop, an agent on each node and a real Prometheus.</summary>
public sealed class DashboardsOverTheLab
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly string[] Services = ["web", "web-public", "cart"];

    [SkippableFact]
    public async Task Every_panel_has_data_and_the_documented_queries_name_the_shops_workloads()
    {
        LabRequirements.SkipIfMissing("nft", "prometheus", "curl", "nginx", "redis-server", "dnsmasq");
        var options = new LabOptions();
        await using var cluster = await LabCluster.StartAsync(options);
        cluster.StartAgents(
            "--interval",
            "1s",
            "--tcp-handshake",
            "2s",
            "--bytes-labels",
            "pod",
            "--bytes-labels",
            "address"
        );
        cluster.StartPrometheus();
        Shop.Start(cluster, Shop.LeastPods);
        LoseSegments(cluster);
        Scan(cluster);
        await cluster.Api.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await cluster.Api.RestartAsync();

        var run = new DashboardRun(cluster.Prometheus.Query, options.ScrapeInterval);
        IReadOnlyList<string> empty = [];
        Wait.TryUntil(
            () => (empty = [.. DashboardRun.Files.SelectMany(run.FindEmpty)]).Count == 0,
            Patience,
            pause: TimeSpan.FromSeconds(2)
        );

        Assert.Empty(empty);
        AssertBusiestPairs(cluster);
        AssertFailedShare(cluster);
        AssertLatencyByService(cluster);
    }

    // Behind the pod's interface, where they were counted: what is sent again is seen twice.
    private static void LoseSegments(LabCluster cluster)
    {
        foreach (var web in Pods(cluster, "web"))
        {
            web.Namespace.Run(
                "nft",
                "add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in tcp dport 8080 tcp flags & syn == 0 numgen random mod 20 == 0 drop"
            );
        }
    }

    // From pod to pod: refused at both ends' nodes, and suspicious.
    private static void Scan(LabCluster cluster)
    {
        var target = Pods(cluster, "cart").First();
        Pods(cluster, "web")
            .First()
            .Namespace.Run(
                "bash",
                "-c",
                $"for port in {{1..30}}; do (exec 3<>/dev/tcp/{target.V4}/$port) 2> /dev/null; done; true"
            );
    }

    private static IEnumerable<LabPod> Pods(LabCluster cluster, string workload) =>
        cluster.Pods.Where(pod => pod.Workload.Name == workload);

    private static void AssertBusiestPairs(LabCluster cluster)
    {
        var pairs = Once(
            samples => samples.Count == 10 && samples.All(pair => pair.Value > 0),
            cluster,
            "topk(10, sum by (src_ip, dst_ip) (rate(netmon_bytes_total[5m])))"
        );

        Assert.Equal(10, pairs.Count);
        Assert.All(pairs, pair => Assert.True(pair.Value > 0));

        // Scrapes and watches of the nodes may be busier than the shop, which has just begun.
        var web = Pods(cluster, "web")
            .SelectMany(pod => (string[])[pod.V4.ToString(), pod.V6.ToString()])
            .ToArray();
        string[] senders = [];
        Wait.TryUntil(
            () =>
                (
                    senders = [
                        .. cluster
                            .Prometheus.Query(
                                """topk(10, sum by (src_ip, dst_ip) (rate(netmon_bytes_total{scope!="node-to-node"}[5m])))"""
                            )
                            .Select(pair => pair.Label("src_ip")),
                    ]
                )
                    .Intersect(web)
                    .Any(),
            Patience,
            pause: TimeSpan.FromSeconds(2)
        );
        Assert.True(senders.Intersect(web).Any(), string.Join(' ', senders));
    }

    // Of the shop's checkout every flow fails, and of the scan; of its frontends, none.
    private static void AssertFailedShare(LabCluster cluster)
    {
        var all = Once(
            samples => samples is [{ Value: >= 0.001 and <= 0.95 }],
            cluster,
            """sum(rate(netmon_flows_total{status="failed"}[5m])) / sum(rate(netmon_flows_total[5m]))"""
        );
        var checkout = Once(
            samples => samples is [{ Value: 1 }],
            cluster,
            """
            sum(rate(netmon_flows_total{status="failed",src_workload="checkout",protocol="tcp"}[5m]))
              / sum(rate(netmon_flows_total{src_workload="checkout",protocol="tcp"}[5m]))
            """
        );

        Assert.InRange(Assert.Single(all).Value, 0.001, 0.95);
        Assert.Equal(1, Assert.Single(checkout).Value);
    }

    // A rate is there once two scrapes have its series, and whole once all of them do.
    private static IReadOnlyList<MetricSample> Once(
        Func<IReadOnlyList<MetricSample>, bool> isWhole,
        LabCluster cluster,
        string query
    )
    {
        IReadOnlyList<MetricSample> samples = [];
        Wait.TryUntil(
            () => isWhole(samples = cluster.Prometheus.Query(query)),
            Patience,
            pause: TimeSpan.FromSeconds(1)
        );
        return samples;
    }

    private static void AssertLatencyByService(LabCluster cluster)
    {
        var latency = Once(
                samples =>
                    Services.All(service =>
                        samples.Any(sample =>
                            sample.Label("dst_service") == service && double.IsFinite(sample.Value)
                        )
                    ),
                cluster,
                "histogram_quantile(0.95, sum by (dst_service, le) (rate(netmon_latency_seconds_bucket{type=\"connect\"}[5m])))"
            )
            .ToDictionary(
                series => series.Label("dst_service"),
                series => series.Value,
                StringComparer.Ordinal
            );

        foreach (var service in Services)
        {
            Assert.True(latency[service] >= 0 && double.IsFinite(latency[service]));
        }
    }
}
