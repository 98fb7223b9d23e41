using System.Diagnostics;
using System.Runtime.InteropServices;
using NetMon.Lab.Agents;
using NetMon.Lab.Cluster;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;
using NetMon.Lab.Proxy;
using NetMon.Lab.Workloads;

namespace NetMon.Lab.Verbs;

/// <summary><c>netmon-lab run</c>: a cluster with a small application, watched by an agent per node, until Ctrl-C.</summary>
internal static class RunCommand
{
    /// <summary>Long enough for every loop of the application to have come round, also on a busy machine.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(LabArguments arguments)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

        var options = new LabOptions
        {
            Mode = arguments.Modes.Count > 0 ? arguments.Modes[0] : NetworkMode.Flannel,
            Proxy = arguments.Proxy ?? ProxyMode.Nftables,
            Nodes = arguments.Nodes,
        };
        var started = Stopwatch.StartNew();
        await using var cluster = await LabCluster.StartAsync(options);
        // Addresses as well: so few can be told apart, and every example query has something to answer.
        cluster.StartAgents("--interval", "1s", "--labels", "workload", "--labels", "address");
        var prometheus = Task.Run(cluster.StartPrometheus);
        var shop = Shop.Start(cluster, arguments.Pods);
        Describe(cluster, shop, options, started.Elapsed);

        // It takes its time: it looks for targets every five seconds.
        await prometheus;
        try
        {
            foreach (var (node, table) in await LookAsync(cluster, stop.Token))
            {
                Console.WriteLine($"\nWhat {node} sees:\n");
                Console.Write(table);
            }

            Invite(cluster);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Taking the cluster down.");
        }

        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    // Until all that is to be shown has been seen: how soon that is, is up to the machine.
    private static async Task<IReadOnlyList<(string Node, string Table)>> LookAsync(
        LabCluster cluster,
        CancellationToken stop
    )
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            (string Node, string Table)[] tables =
            [
                .. cluster
                    .Agents.OrderBy(each => each.Key.Index)
                    .Select(each => (each.Key.Name, Flows(each.Key, each.Value))),
            ];
            var lines = tables
                .SelectMany(each => each.Table.Split('\n'))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .ToArray();
            if (
                watch.Elapsed > LongestLook
                || Shop.Conversations.All(wanted =>
                    lines.Any(words => words is [var from, var to, ..] && (from, to) == wanted)
                )
            )
            {
                return tables;
            }

            await Task.Delay(Pause, stop);
        }

        static string Flows(LabNode node, AgentProcess agent) =>
            node.Namespace.Run(AgentBinary.Find(), "flows", "--server", agent.Address, "--by", "workload");
    }

    private static void Describe(LabCluster cluster, Shop shop, LabOptions options, TimeSpan took)
    {
        Console.WriteLine(
            $"A cluster like {options.Mode.Word()}'s, services by {options.Proxy.ToString().ToLowerInvariant()}: {cluster.Nodes.Count} nodes, {cluster.Pods.Count} pods, {cluster.Agents.Count} of them agents; made in {took.TotalSeconds:F1} s.\n"
        );
        Table.Write(
            ["NAMESPACE", "POD", "NODE", "ADDRESSES"],
            cluster.Pods.Select(pod =>
                (string[])[pod.Workload.Namespace, pod.Name, pod.Node.Name, $"{pod.V4}, {pod.V6}"]
            )
        );
        Console.WriteLine();
        Table.Write(
            ["NAMESPACE", "SERVICE", "TYPE", "ADDRESSES", "PORTS"],
            shop.Services.Select(service =>
                (string[])
                    [
                        service.Namespace,
                        service.Name,
                        service.Headless ? "headless" : service.Type,
                        string.Join(", ", service.ClusterIps.Concat(service.LoadBalancerIps)),
                        string.Join(
                            ", ",
                            service.Ports.Select(port =>
                                $"{port.Port}/{port.Protocol}{(port.NodePort > 0 ? $", node port {port.NodePort}" : "")}"
                            )
                        ),
                    ]
            )
        );
    }

    private static void Invite(LabCluster cluster)
    {
        var (node, agent) = cluster.Agents.OrderBy(each => each.Key.Index).First();
        var netmon = AgentBinary.Find();
        var enter = $"nsenter --net={node.Namespace.Path}";
        Console.WriteLine(
            $"""

            Look on, as root, in another terminal ({string.Join(", ", cluster.Nodes)}: 172.18.0.11 and so on):
                export NETMON_SERVER={agent.Address}
                {enter} {netmon} flows --follow
                {enter} {netmon} flows --failed
                {enter} {netmon} flows --traffic external -o wide
                {enter} {netmon} top
                {enter} curl -s http://{agent.Address}/metrics | grep ^netmon_bytes_total
                nsenter --net={cluster.Network.Control.Path} curl -sG {Monitoring.PrometheusServer.Url}api/v1/query --data-urlencode 'query=sum by (src_workload, dst_workload) (rate(netmon_bytes_total[1m]))'
                nsenter --net={cluster.Network.Control.Path} kubectl --kubeconfig {cluster.Kubeconfig} get pods -A -o wide   (where there is a kubectl)
            Ctrl-C ends it and leaves nothing behind.
            """
        );
    }
}
