using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using NetMon.Lab.Cluster;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.FaultInjection.World;
using NetMon.Lab.Machines;
using NetMon.Lab.Pods;

namespace NetMon.Lab.FaultInjection;

/// <summary>
/// Makes a cluster, and faults in it side by side, each between two workloads of its own. Then NetMon is asked about all workloads in
/// the same way, whatever was done to them, until it says what was expected or a time is over.
/// </summary>
public static class FaultRun
{
    // Most of them wait for a time-out.
    private const int AtOnce = 30;

    /// <summary>For a false alarm to come, and for a figure to be too high.</summary>
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Figures come soon, what goes unanswered has failed soon, and what is ordinary is known soon.</summary>
    private static readonly string[] AgentArguments =
    [
        "--interval",
        "500ms",
        "--tcp-handshake",
        "6s",
        "--tcp-closed",
        "2s",
        "--udp-idle",
        "4s",
        "--security-connection-storm-rate",
        "5",
        "--security-connection-storm-learning",
        "10s",
    ];

    /// <param name="options">Of the cluster; at least two nodes.</param>
    /// <param name="only">Names of faults; none: all.</param>
    /// <exception cref="FormatException">There is no such fault.</exception>
    public static async Task<FaultResult> RunAsync(
        LabOptions options,
        params IReadOnlyCollection<string> only
    )
    {
        var faults = FaultTable.Named(only);
        await using var cluster = await LabCluster.StartAsync(options);
        using var world = new WorldMap(cluster);
        var sites = MakeSites(cluster, world, faults);
        cluster.StartAgents(AgentArguments);
        var observations = new Observations(cluster);
        var outcomes = new Outcome[faults.Count];
        var lasting = Begin(FaultPace.Lasting);
        foreach (var pace in (FaultPace[])[FaultPace.Quick, FaultPace.Heavy])
        {
            Array.ForEach(Begin(pace), worker => worker.Join());
        }

        Array.ForEach(lasting, worker => worker.Join());
        return Ask();

        Thread[] Begin(FaultPace pace)
        {
            var todo = faults.Index().Where(each => each.Item.Pace == pace);
            // Threads of their own: they wait most of the time, and others need those of the pool.
            var queue = new ConcurrentQueue<(int Index, Fault Item)>(todo);
            var workers = Enumerable
                .Range(0, Math.Min(AtOnce, queue.Count))
                .Select(_ => new Thread(Work))
                .ToArray();
            Array.ForEach(workers, worker => worker.Start());
            return workers;

            void Work()
            {
                while (queue.TryDequeue(out var next))
                {
                    outcomes[next.Index] = InjectOne(next.Item, sites[next.Index], observations);
                }
            }
        }

        FaultRow RowOf(Fault fault, Outcome outcome, FaultSite site) =>
            new(
                fault,
                outcome.Truth,
                outcome.Failure,
                outcome.Unanswered,
                observations.Diagnose(site.Subject)
            );

        FaultResult Ask()
        {
            var watch = Stopwatch.StartNew();
            while (true)
            {
                observations.Refresh();
                var rows = faults.Select((fault, at) => RowOf(fault, outcomes[at], sites[at]));
                var result = new FaultResult([.. rows], observations.Lacking());
                if (
                    watch.Elapsed > Patience
                    || (watch.Elapsed > LeastPatience && result.Differing.Count == 0)
                )
                {
                    return result;
                }

                Thread.Sleep(TimeSpan.FromMilliseconds(500));
            }
        }
    }

    private static FaultSite[] MakeSites(LabCluster cluster, WorldMap world, IReadOnlyList<Fault> faults)
    {
        var pods = cluster.CreatePods([
            .. faults.SelectMany((fault, at) => (PodRequest[])[Client(fault, at), Server(fault, at)]),
        ]);
        return
        [
            .. faults.Select(
                (fault, at) => new FaultSite(cluster, world, fault.Name, pods[2 * at], pods[(2 * at) + 1])
            ),
        ];

        PodRequest Client(Fault fault, int at) =>
            Pod(fault.Name, "client", at) with
            {
                HostNetwork = fault.ClientOnHost,
            };

        PodRequest Server(Fault fault, int at) =>
            Pod(fault.Name, "server", at + 1) with
            {
                HostNetwork = fault.ServerOnHost,
            };

        PodRequest Pod(string name, string role, int node) =>
            new(new LabWorkload(name, "Deployment", role), cluster.Nodes[node % cluster.Nodes.Count]);
    }

    private static Outcome InjectOne(Fault fault, FaultSite site, Observations observations)
    {
        try
        {
            var truth = fault.Inject(site);
            return new Outcome(truth, "", PersonsCommand.Try(fault, site, observations));
        }
        catch (Exception e)
            when (e
                    is LabException
                        or SocketException
                        or IOException
                        or InvalidOperationException
                        or AggregateException
            )
        {
            return new Outcome(null, e.Message, "");
        }
    }

    /// <param name="Truth">Null if it did not come about.</param>
    /// <param name="Failure">Why not.</param>
    /// <param name="Unanswered">What the person's command printed that did not tell.</param>
    private sealed record Outcome(Truth? Truth, string Failure, string Unanswered);
}
