using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;

namespace NetMon.Benchmarks.Clusters;

/// <summary>The test API server with the objects of a <see cref="BigCluster"/>, as JSON of the size that real ones have.</summary>
internal static class BigApiServer
{
    public static KubeApiServer Start(int pods, ApiVersion version)
    {
        var server = KubeApiServer
            .StartAsync(new KubeApiServerOptions { Version = version })
            .GetAwaiter()
            .GetResult();
        foreach (var name in BigCluster.Namespaces)
        {
            server.Apply(ObjectBuilder.Namespace(name));
        }

        for (var node = 0; node * BigCluster.PodsPerNode < pods; node++)
        {
            server.Apply(
                ObjectBuilder.Node(
                    BigCluster.NodeName(node),
                    [BigCluster.NodeAddress(node).ToString()],
                    [BigCluster.PodNetwork(node).ToString()],
                    BigCluster.Zone(node)
                )
            );
        }

        for (var workload = 0; workload * BigCluster.PodsPerWorkload < pods; workload++)
        {
            Add(server, workload);
        }

        return server;
    }

    private static void Add(KubeApiServer server, int workload)
    {
        var space = BigCluster.Namespace(workload);
        var name = BigCluster.WorkloadName(workload);
        var deployment = new Owner("apps/v1", "Deployment", name, Guid.NewGuid().ToString());
        var set = ObjectBuilder.Controller(
            "ReplicaSet",
            space,
            BigCluster.ReplicaSetName(workload),
            deployment
        );
        set["metadata"]!["uid"] = Guid.NewGuid().ToString();
        server.Apply(set);
        var endpoints = new List<EndpointDescription>();
        for (var i = 0; i < BigCluster.PodsPerWorkload; i++)
        {
            var pod = (workload * BigCluster.PodsPerWorkload) + i;
            var node = pod / BigCluster.PodsPerNode;
            var address = BigCluster.PodAddress(pod).ToString();
            var uid = Guid.NewGuid().ToString();
            server.Apply(
                ObjectBuilder.Pod(
                    new PodDescription
                    {
                        Name = BigCluster.PodName(pod),
                        Namespace = space,
                        Uid = uid,
                        Node = BigCluster.NodeName(node),
                        HostIp = BigCluster.NodeAddress(node).ToString(),
                        Addresses = [address],
                        Owner = ObjectBuilder.OwnedBy(set),
                        Labels = BigCluster.Labels(workload).ToDictionary(StringComparer.Ordinal),
                        Ports = [8080],
                    }
                )
            );
            endpoints.Add(new(address, BigCluster.NodeName(node), (space, BigCluster.PodName(pod), uid)));
        }

        var port = new ServicePortDescription("http", 80, 8080);
        server.Apply(
            ObjectBuilder.Service(
                new ServiceDescription
                {
                    Name = name,
                    Namespace = space,
                    ClusterIps = [BigCluster.ServiceAddress(workload).ToString()],
                    Ports = [port],
                }
            )
        );
        server.Apply(ObjectBuilder.EndpointSlice(space, $"{name}-1", name, "IPv4", [port], endpoints));
    }
}
