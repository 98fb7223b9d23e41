using NetMon.Lab.ApiServer.Misbehaviour;
using NetMon.Lab.ApiServer.Objects;
using NetMon.Lab.Cluster;
using NetMon.Lab.Pods;
using NetMon.Lab.Services;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Attribution;

/// <summary>What becomes of attribution when the API server does not what it should.</summary>
public sealed class ApiServerFails
{
    /// <summary>Of the pods' watch: the one that broke, and those that came after ever longer pauses.</summary>
    private const int Attempts = 3;

    private static readonly LabWorkload Web = new("shop", "Deployment", "web");
    private static readonly LabWorkload Client = new("shop", "Deployment", "client");

    [SkippableFact]
    public Task Killed_and_restarted_with_a_compacted_history_it_is_done_without_and_caught_up_with() =>
        Survive(
            async cluster => await cluster.Api.KillAsync(),
            async cluster => await cluster.Api.RestartAsync(compacted: true),
            metrics => metrics.Sum("netmon_kubernetes_request_errors_total", ("resource", "pods")) >= Attempts
        );

    [SkippableFact]
    public Task Answering_403_it_is_done_without_and_caught_up_with() =>
        Survive(
            cluster =>
            {
                cluster.Api.Faults.Answer(new AnswerRule(403));
                cluster.Api.Faults.EndWatches(WatchEnd.Reset);
                return Task.CompletedTask;
            },
            cluster =>
            {
                cluster.Api.Faults.Clear();
                return Task.CompletedTask;
            },
            metrics =>
                metrics.Sum("netmon_kubernetes_requests_total", ("resource", "pods"), ("code", "403")) > 0
        );

    [SkippableFact]
    public Task Frozen_it_is_done_without_and_caught_up_with() =>
        Survive(
            cluster =>
            {
                cluster.Api.Faults.Freeze();
                return Task.CompletedTask;
            },
            cluster =>
            {
                cluster.Api.Faults.Clear();
                return Task.CompletedTask;
            },
            isTold: null
        );

    [SkippableFact]
    public async Task Hostile_objects_are_survived_within_the_memory_that_is_granted()
    {
        LabRequirements.SkipIfMissing("nft");
        await using var cluster = await Shop(out var client, out var web, out var service);
        using var server = new DatagramServer(web);
        cluster.StartAgents("--interval", "200ms");
        var agent = cluster.Agents[cluster.Nodes[0]];
        var stream = agent.Follow();

        foreach (var each in HostileObjects.All)
        {
            cluster.Api.Apply(each);
        }

        // What comes after them has to be read, too.
        var late = cluster.CreatePod(new LabWorkload("shop", "Deployment", "late"), cluster.Nodes[0]);
        Wait.Until(
            () =>
                AttributedFlow
                    .One(stream, Datagrams.Exchange(late, service.ClusterIp(v6: false), 80))
                    .SourcePod == late.Name,
            "the pod that came last"
        );
        var flow = AttributedFlow.One(stream, Datagrams.Exchange(client, service.ClusterIp(v6: false), 80));
        Assert.Equal(
            (client.Name, web.Name, "shop/web"),
            (flow.SourcePod, flow.DestinationPod, flow.Service)
        );
        Assert.InRange(agent.ReadStatus("VmHWM"), 0, 512 << 20);
        Assert.Contains("\"ready\":true", agent.Get("/readyz"), StringComparison.Ordinal);
    }

    private static async Task Survive(
        Func<LabCluster, Task> fail,
        Func<LabCluster, Task> mend,
        Func<MetricsSnapshot, bool>? isTold
    )
    {
        LabRequirements.SkipIfMissing("nft");
        await using var cluster = await Shop(out var client, out var web, out var service);
        using var server = new DatagramServer(web);
        cluster.StartAgents("--interval", "200ms");
        var agent = cluster.Agents[cluster.Nodes[0]];
        var stream = agent.Follow();
        AssertShop(Exchange());

        await fail(cluster);
        Wait.Until(
            () =>
            {
                AssertShop(Exchange());
                return isTold is null || isTold(agent.ReadMetrics());
            },
            "the agent to tell of it"
        );

        // Who was known is known; who comes now is not, and is not taken for anybody else.
        var late = cluster.CreatePod(new LabWorkload("shop", "Deployment", "late"), cluster.Nodes[0]);
        var early = AttributedFlow.One(stream, Datagrams.Exchange(late, service.ClusterIp(v6: false), 80));
        Assert.Equal(("", "unknown"), (early.SourcePod, early.SourceWorkload));
        Assert.Equal(web.Name, early.DestinationPod);
        Assert.Contains("\"ready\":true", agent.Get("/readyz"), StringComparison.Ordinal);
        Assert.Equal(1, agent.ReadMetrics().Sum("netmon_kubernetes_synced"));

        await mend(cluster);
        Wait.Until(
            () =>
                AttributedFlow
                    .One(stream, Datagrams.Exchange(late, service.ClusterIp(v6: false), 80))
                    .SourcePod == late.Name,
            "the pod that came meanwhile",
            TimeSpan.FromMinutes(2)
        );
        AssertShop(Exchange());

        AttributedFlow Exchange() =>
            AttributedFlow.One(stream, Datagrams.Exchange(client, service.ClusterIp(v6: false), 80));

        void AssertShop(AttributedFlow flow) =>
            Assert.Equal(
                (client.Name, web.Name, "shop/web"),
                (flow.SourcePod, flow.DestinationPod, flow.Service)
            );
    }

    /// <summary>Two nodes, a client on one and a server behind a service on the other.</summary>
    private static Task<LabCluster> Shop(out LabPod client, out LabPod web, out LabService service)
    {
        var cluster = LabCluster.StartAsync(new LabOptions { Nodes = 2 }).GetAwaiter().GetResult();
        client = cluster.CreatePod(Client, cluster.Nodes[0]);
        web = cluster.CreatePod(Web, cluster.Nodes[1]);
        service = cluster.ApplyServices(
            new LabService("shop", "web")
            {
                Ports = [new LabServicePort("web", 80, DatagramServer.Port, "udp")],
            }
        )[0];
        return Task.FromResult(cluster);
    }
}
