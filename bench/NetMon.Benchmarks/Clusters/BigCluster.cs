using NetMon.Core.Flows;
using NetMon.Core.Networks;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Objects;

namespace NetMon.Benchmarks.Clusters;

/// <summary>Objects of a cluster like real ones: 30 pods a node, 10 pods a Deployment, a service each, 50 namespaces.</summary>
internal static class BigCluster
{
    public const int PodsPerNode = 30;
    public const int PodsPerWorkload = 10;
    private const int Namespaces = 50;

    /// <summary>Address of a pod: 10.0.0.0/8 in networks of 64 addresses a node, of which the first two are the node's.</summary>
    public static NetworkAddress PodAddress(int pod) =>
        NetworkAddress.FromIPv4((uint)(0x0a000000 + (pod / PodsPerNode * 64) + 2 + (pod % PodsPerNode)));

    public static NetworkAddress ServiceAddress(int workload) =>
        NetworkAddress.FromIPv4((uint)(0xac100000 + workload));

    public static void Fill(ClusterModel model, int pods)
    {
        List(model.Nodes, Enumerable.Range(0, (pods + PodsPerNode - 1) / PodsPerNode).Select(Node));
        List(model.ReplicaSets, Enumerable.Range(0, pods / PodsPerWorkload).Select(ReplicaSet));
        List(model.Pods, Enumerable.Range(0, pods).Select(Pod));
        List(model.Services, Enumerable.Range(0, pods / PodsPerWorkload).Select(Service));
        List(model.EndpointSlices, Enumerable.Range(0, pods / PodsPerWorkload).Select(Slice));
    }

    private static void List<T>(IObjectSink<T> sink, IEnumerable<T> items)
        where T : class
    {
        sink.BeginList();
        foreach (var item in items)
        {
            sink.Apply(item);
        }

        sink.EndList();
    }

    private static NodeObject Node(int node) =>
        new()
        {
            Id = new("", $"node-{node}", Guid.NewGuid().ToString()),
            Addresses = [NetworkAddress.FromIPv4((uint)(0xc0a80000 + node))],
            PodCidrs = [Cidr.Parse($"{NetworkAddress.FromIPv4((uint)(0x0a000000 + (node * 64)))}/26")],
            Labels =
            [
                new("topology.kubernetes.io/zone", $"zone-{node % 3}"),
                new("kubernetes.io/hostname", $"node-{node}"),
            ],
        };

    private static OwnerObject ReplicaSet(int workload) =>
        new(
            new(Namespace(workload), $"app-{workload}-{Hash(workload)}", Uid("rs", workload)),
            "ReplicaSet",
            new("apps/v1", "Deployment", $"app-{workload}", Uid("deployment", workload))
        );

    private static PodObject Pod(int pod)
    {
        var workload = pod / PodsPerWorkload;
        return new()
        {
            Id = new(
                Namespace(workload),
                $"app-{workload}-{Hash(workload)}-{pod % 100000:x5}",
                Guid.NewGuid().ToString()
            ),
            Labels =
            [
                new("app.kubernetes.io/name", $"app-{workload}"),
                new("app.kubernetes.io/part-of", "shop"),
                new("pod-template-hash", Hash(workload)),
            ],
            Owner = new("apps/v1", "ReplicaSet", $"app-{workload}-{Hash(workload)}", Uid("rs", workload)),
            Node = $"node-{pod / PodsPerNode}",
            Addresses = [PodAddress(pod)],
            Phase = "Running",
            Created = DateTimeOffset.UnixEpoch.AddYears(50),
            Started = DateTimeOffset.UnixEpoch.AddYears(50),
        };
    }

    private static ServiceObject Service(int workload) =>
        new()
        {
            Id = new(Namespace(workload), $"app-{workload}", Uid("service", workload)),
            ClusterIps = [ServiceAddress(workload)],
            Ports = [new("http", 6, 80, 0)],
        };

    private static EndpointSliceObject Slice(int workload) =>
        new()
        {
            Id = new(Namespace(workload), $"app-{workload}-{Hash(workload)}", Uid("slice", workload)),
            Service = $"app-{workload}",
            Ports = [new("http", 6, 8080)],
            Endpoints =
            [
                .. Enumerable
                    .Range(workload * PodsPerWorkload, PodsPerWorkload)
                    .Select(pod => new SliceEndpointObject([PodAddress(pod)], true, true, false, null, null)),
            ],
        };

    private static string Namespace(int workload) => $"team-{workload % Namespaces}";

    private static string Hash(int workload) => $"{(uint)workload * 2654435761:x8}";

    private static string Uid(string kind, int number) => $"{kind, -8}-0000-4000-8000-{number:x12}";
}
