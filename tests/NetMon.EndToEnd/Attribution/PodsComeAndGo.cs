using System.Collections.Concurrent;
using NetMon.Lab.Cluster;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Attribution;

public sealed class PodsComeAndGo
{
    private const int Rounds = 20;
    private const int PodsOfARound = 10;

    /// <summary>One program at each of ingress and egress.</summary>
    private const int Programs = 2;

    [SkippableTheory]
    [InlineData(NetworkMode.Flannel, 0)]
    [InlineData(NetworkMode.Calico, 1500)]
    public async Task Of_200_pods_that_inherit_each_others_addresses_no_flow_is_on_the_wrong_one(
        NetworkMode mode,
        int statusDelayMs
    )
    {
        LabRequirements.SkipIfMissing("nft");
        await using var cluster = await LabCluster.StartAsync(new LabOptions { Nodes = 2, Mode = mode });
        var web = cluster.CreatePod(new LabWorkload("shop", "Deployment", "web"), cluster.Nodes[1]);
        using var server = new DatagramServer(web);
        cluster.StartAgents("--interval", "200ms");
        var streams = cluster.Nodes.Select(node => cluster.Agents[node].Follow()).ToArray();

        // Each flow has a port that no other one has: by it we know whose it was.
        var owners = new ConcurrentDictionary<int, LabPod>();
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            var pods = cluster.CreatePods([
                .. Enumerable
                    .Range(0, PodsOfARound)
                    .Select(i => new PodRequest(
                        new LabWorkload("churn", "Pod", $"p{round}-{i}"),
                        cluster.Nodes[i % 2]
                    )
                    {
                        StatusDelay = TimeSpan.FromMilliseconds(statusDelayMs * (i % 3) / 2),
                    }),
            ]);
            addresses.UnionWith(pods.Select(pod => $"{pod.V4}"));
            foreach (var pod in pods)
            {
                // What leaves before its interface is observed is known by its address alone; whose status came too late cannot be told from the next one.
                var end = pod.Port!.Link.Last();
                var index = end.Index;
                Wait.Until(
                    () => AttachedPrograms.CountTcx(end.Namespace, index) == Programs,
                    $"programs on {end.Name}"
                );
                owners[Datagrams.Exchange(pod, web.V4, DatagramServer.Port)] = pod;
                owners[Datagrams.Exchange(pod, web.V6, DatagramServer.Port)] = pod;
            }

            cluster.DeletePods(pods);

            // Of the other node's pods the server's node knows what the API server says, and nothing else: until it has heard of their end
            // their addresses are theirs. The other agent may be behind: its pods it knows by their interfaces.
            var agent = cluster.Agents[cluster.Nodes[1]];
            Wait.Until(
                () =>
                    (int)agent.ReadMetrics().Sum("netmon_kubernetes_objects", ("resource", "pods"))
                    == cluster.Api.Count("pods"),
                "the server's agent to hear of the pods' end"
            );
        }

        Assert.InRange(addresses.Count, PodsOfARound, 2 * PodsOfARound);
        foreach (var stream in streams)
        {
            var expected = owners.Count(owner =>
                ReferenceEquals(stream, streams[1]) || owner.Value.Node == cluster.Nodes[0]
            );
            Wait.Until(() => Seen(stream, owners).Length >= expected, $"{expected} flows");
            var seen = Seen(stream, owners);
            var wrong = seen.Where(each =>
                    each.Flow.SourcePod.Length > 0 && each.Flow.SourcePod != each.Pod.Name
                )
                .ToArray();
            Assert.True(
                wrong.Length == 0,
                string.Join('\n', wrong.Select(each => $"{each.Pod}: {each.Flow.Json}"))
            );

            // Of a pod that was gone before its status was written nobody can know.
            var unknown = seen.Where(each =>
                    each.Flow.SourcePod.Length == 0 && each.Pod.Request.StatusDelay == TimeSpan.Zero
                )
                .ToArray();
            Assert.True(
                unknown.Length == 0,
                $"{unknown.Length} of {seen.Length} unknown, as {unknown.FirstOrDefault().Pod}: {unknown.FirstOrDefault().Flow?.Json}"
            );
        }
    }

    private static (LabPod Pod, AttributedFlow Flow)[] Seen(
        AgentStream stream,
        ConcurrentDictionary<int, LabPod> owners
    ) =>
        [
            .. stream
                .Flows.Where(flow => owners.ContainsKey(flow.Forth.SourcePort))
                .Select(flow => (owners[flow.Forth.SourcePort], new AttributedFlow(flow.Json))),
        ];
}
