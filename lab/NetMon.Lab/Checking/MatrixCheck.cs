using NetMon.Lab.Agents;
using NetMon.Lab.Captures;
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

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Makes a cluster, the traffic, and the comparison.</summary>
    public static async Task<CheckResult> RunAsync(LabOptions options)
    {
        await using var cluster = await LabCluster.StartAsync(options with { Offloads = false });
        var matrix = new TrafficMatrix(cluster);
        cluster.FixNeighbours();
        cluster.StartAgents("--interval", "200ms");
        cluster.StartPrometheus();
        return Run(cluster, matrix.Conversations);
    }

    /// <summary>On a cluster that is otherwise quiet, with agents and Prometheus.</summary>
    public static CheckResult Run(LabCluster cluster, IReadOnlyList<Conversation> conversations)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var before = Read(cluster.Prometheus);
        var expected = TrafficRun.Run(cluster, conversations);
        CheckResult result = null!;
        _ = Wait.TryUntil(
            () =>
            {
                result = new CheckResult(expected, Difference(Read(cluster.Prometheus), before));
                return result.Differing.Count == 0;
            },
            Patience,
            pause: TimeSpan.FromMilliseconds(500)
        );
        return result;
    }

    private static FigureTable Read(PrometheusServer prometheus)
    {
        var table = new FigureTable();
        foreach (var series in prometheus.Query("netmon_packets_total"))
        {
            Add(table, series, new Count((long)series.Value, 0));
        }

        foreach (var series in prometheus.Query("netmon_bytes_total"))
        {
            Add(table, series, new Count(0, (long)series.Value));
        }

        return table;
    }

    private static void Add(FigureTable table, MetricSample series, Count count)
    {
        var figure = Figure.Of(series);
        if (figure.Scope != "overlay" && figure.Source != Control && figure.Destination != Control)
        {
            table.Add(figure, count);
        }
    }

    private static FigureTable Difference(FigureTable after, FigureTable before)
    {
        var difference = new FigureTable();
        foreach (var (figure, count) in after.Counts)
        {
            difference.Add(
                figure,
                new Count(count.Packets - before[figure].Packets, count.Bytes - before[figure].Bytes)
            );
        }

        return difference;
    }
}
