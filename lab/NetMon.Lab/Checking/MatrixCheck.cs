using NetMon.Lab.Cluster;
using NetMon.Lab.Machines;
using NetMon.Lab.Monitoring;
using NetMon.Lab.Traffic;

namespace NetMon.Lab.Checking;

/// <summary>Compares what Prometheus says of the agents with what the traffic was.</summary>
public static class MatrixCheck
{
    /// <summary>The control plane speaks with every node all the time: its pairs are nobody's conversation.</summary>
    private static readonly Party Control = Party.Node(LabCluster.ControlPlane);

    /// <summary>No conversation is with a group: hosts tell routers of groups that they are in when their kernel finds time for it.</summary>
    private static readonly Party Groups = Party.External with { Workload = "multicast" };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Makes a cluster, the traffic, and the comparison.</summary>
    public static async Task<CheckResult> RunAsync(LabOptions options)
    {
        await using var cluster = await LabCluster.StartAsync(options with { Offloads = false });
        var matrix = new TrafficMatrix(cluster);
        cluster.FixNeighbours();

        // A router's redirects are a flow that nothing answers: such a one counts as a flow when it ends, which shall not be while this goes on.
        cluster.StartAgents("--interval", "200ms", "--icmp-idle", "10m");
        cluster.StartPrometheus();
        return Run(cluster, matrix.Conversations);
    }

    /// <summary>On a cluster that is otherwise quiet, with agents and Prometheus.</summary>
    public static CheckResult Run(LabCluster cluster, IReadOnlyList<Conversation> conversations)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var before = Read(cluster.Prometheus);
        var evidence = new Evidence(cluster);
        var traffic = TrafficRun.Run(cluster, conversations);
        CheckResult result = null!;
        _ = Wait.TryUntil(
            () =>
            {
                result = new CheckResult(traffic.Figures, Difference(Read(cluster.Prometheus), before));
                return result.Differing.Count == 0;
            },
            Patience,
            pause: TimeSpan.FromMilliseconds(500)
        );
        return result.Differing.Count == 0
            ? result
            : result with
            {
                Evidence = evidence.Of(result.Differing, traffic),
            };
    }

    private static FigureTable Read(PrometheusServer prometheus)
    {
        var table = new FigureTable();
        Add("netmon_packets_total", value => new Sums(0, value, 0));
        Add("netmon_bytes_total", value => new Sums(0, 0, value));
        Add("netmon_flows_total", value => new Sums(value, 0, 0));
        return table;

        void Add(string name, Func<long, Sums> sums)
        {
            // The last value that was scraped, also where a scrape took too long since: else a node would have had nothing before.
            foreach (var series in prometheus.Query($"last_over_time({name}[1h])"))
            {
                var figure = Figure.Of(series);
                if (
                    figure.Scope != "overlay"
                    && figure.Source != Control
                    && figure.Destination != Control
                    && figure.Destination != Groups
                )
                {
                    table.Add(figure, sums((long)series.Value));
                }
            }
        }
    }

    private static FigureTable Difference(FigureTable after, FigureTable before)
    {
        var difference = new FigureTable();
        foreach (var (figure, sums) in after.Sums)
        {
            var more = sums - before[figure];

            // A flow of before, such as reports of multicast groups, may end and be counted meanwhile.
            difference.Add(figure, more.Packets == 0 ? default : more);
        }

        return difference;
    }
}
