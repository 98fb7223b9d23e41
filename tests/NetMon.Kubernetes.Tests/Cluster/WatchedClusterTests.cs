using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Core.Endpoints;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Watching;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

/// <summary>The model, fed by the client from an API server over HTTPS.</summary>
public sealed class WatchedClusterTests
{
    private static readonly Owner Deployment = new("apps/v1", "Deployment", "web", "uid-deployment");

    [Fact]
    public async Task What_the_api_server_has_is_what_the_model_answers()
    {
        await using var server = await KubeApiServer.StartAsync();
        Fill(server);
        var set = ObjectBuilder.Controller("ReplicaSet", "shop", "web-5d8f", Deployment, "uid-set");
        server.Apply(set);
        server.Apply(PodJson("web-5d8f-x2x", "10.244.1.7", ObjectBuilder.OwnedBy(set)));
        var model = new ClusterModel(new ClusterModelOptions(), TimeProvider.System);
        await using var watch = Watch(server, model);
        await Patience.UntilAsync(() => watch.IsSynced && model.IsSynced, "the model to be in sync");

        var pod = Find(model, "10.244.1.7");
        Assert.True(pod.Final);
        Assert.Equal("shop/Deployment/web (web-5d8f-x2x)", pod.Endpoint.ToString());
        Assert.Equal("node-1", pod.Endpoint.Node);
        Assert.Equal("west-1a", pod.Endpoint.Zone);
        Assert.Equal("node-1", Find(model, "192.0.2.1").Endpoint.Workload.Name);
        Assert.Equal("node-1", Find(model, "10.244.1.1").Endpoint.Workload.Name);
        Assert.False(Find(model, "10.244.1.9").Final);
        var port = model.FindService(Address("10.96.0.10"), 80, 6);
        Assert.Equal("shop/web:http", port?.ToString());
        Assert.NotNull(model.FindService(Address("192.0.2.1"), 30080, 6));
        Assert.True(model.IsBackend(Address("10.244.1.7"), 8080, 6));
        Assert.True(model.HasReadyEndpoints(port!));
        Assert.Equal("kube-apiserver", Find(model, "203.0.113.50").Endpoint.Workload.Name);
    }

    [Fact]
    public async Task Pods_that_come_and_go_in_the_same_addresses_each_keep_their_flows()
    {
        await using var server = await KubeApiServer.StartAsync(
            new KubeApiServerOptions { PodShutdown = TimeSpan.FromMilliseconds(5) }
        );
        Fill(server);
        var model = new ClusterModel(new ClusterModelOptions(), TimeProvider.System);
        await using var watch = Watch(server, model);
        await Patience.UntilAsync(() => model.IsSynced, "the model to be in sync");

        var flows = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(slot => ChurnAsync(server, model, slot))
        );

        // Also after the API server came back with a history of its own.
        await server.KillAsync();
        Check();
        await server.RestartAsync(compacted: true);
        server.Apply(PodJson("last", "10.244.1.100"));
        await Patience.UntilAsync(() => Find(model, "10.244.1.100").Endpoint.Pod == "last", "the last pod");
        Check();

        void Check()
        {
            foreach (var (address, at, pod) in flows.SelectMany(flow => flow))
            {
                Assert.Equal(pod, model.FindEndpoint(Address(address), at).Endpoint.Pod);
            }
        }
    }

    /// <summary>Gives an address to one pod after the other, and notes when each surely had it.</summary>
    private static async Task<List<(string Address, long At, string Pod)>> ChurnAsync(
        KubeApiServer server,
        ClusterModel model,
        int slot
    )
    {
        var flows = new List<(string Address, long At, string Pod)>();
        var address = $"10.244.1.{10 + slot}";
        for (var round = 0; round < 12; round++)
        {
            var name = $"pod-{slot}-{round}";
            server.Apply(PodJson(name, address));
            flows.Add((address, Now(), name));
            await Patience.UntilAsync(() => Find(model, address).Endpoint.Pod == name, $"{name} to be there");
            flows.Add((address, Now(), name));
            server.Delete("pods", "shop", name);
            await Patience.UntilAsync(() => Find(model, address).Endpoint.Pod is null, $"{name} to be gone");
        }

        return flows;
    }

    private static void Fill(KubeApiServer server)
    {
        var port = new ServicePortDescription("http", 80, 8080, NodePort: 30080);
        server.Apply(ObjectBuilder.Namespace("shop"));
        server.Apply(ObjectBuilder.Node("node-1", ["192.0.2.1"], ["10.244.1.0/24"], "west-1a"));
        server.Apply(
            ObjectBuilder.Service(
                new ServiceDescription
                {
                    Name = "web",
                    Namespace = "shop",
                    Type = "NodePort",
                    ClusterIps = ["10.96.0.10"],
                    Ports = [port],
                }
            )
        );
        server.Apply(
            ObjectBuilder.EndpointSlice("shop", "web-1", "web", "IPv4", [port], [new("10.244.1.7")])
        );
        server.Apply(
            ObjectBuilder.EndpointSlice(
                "default",
                "kubernetes",
                "kubernetes",
                "IPv4",
                [new ServicePortDescription("https", 443, 6443)],
                [new("203.0.113.50")]
            )
        );
    }

    private static System.Text.Json.Nodes.JsonObject PodJson(
        string name,
        string address,
        Owner? owner = null
    ) =>
        ObjectBuilder.Pod(
            new PodDescription
            {
                Name = name,
                Namespace = "shop",
                Node = "node-1",
                Addresses = [address],
                Owner = owner,
            }
        );

    private static ClusterWatch Watch(KubeApiServer server, ClusterModel model)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, server.Kubeconfig);
            return ClusterWatch.Start(
                ClusterConfiguration.Find(new ClusterChoice { Kubeconfig = file, IsRequired = true })!,
                new ClusterSinks
                {
                    Nodes = model.Nodes,
                    Namespaces = model.Namespaces,
                    ReplicaSets = model.ReplicaSets,
                    Jobs = model.Jobs,
                    Pods = model.Pods,
                    Services = model.Services,
                    EndpointSlices = model.EndpointSlices,
                },
                new ClusterWatchOptions(),
                TimeProvider.System,
                NullLogger.Instance
            );
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static EndpointMatch Find(ClusterModel model, string address) =>
        model.FindEndpoint(Address(address), Now());

    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
