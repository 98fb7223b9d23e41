using NetMon.Core.Flows;
using NetMon.Core.Networks;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Objects;

namespace NetMon.Benchmarks.Clusters;

/// <summary>A cluster like real ones: 30 pods a node, 10 pods a Deployment, a service for each, 50 namespaces.</summary>
internal static class BigCluster
{
    public const int PodsPerNode = 30;
    public const int PodsPerWorkload = 10;

    public static IReadOnlyList<string> Namespaces { get; } =
    [.. Enumerable.Range(0, 50).Select(number => $"team-{number}")];

    public static string Namespace(int workload) => Namespaces[workload % Namespaces.Count];

    public static string WorkloadName(int workload) => $"application-{workload}";

    public static string ReplicaSetName(int workload) => $"{WorkloadName(workload)}-{Hash(workload)}";

    public static string PodName(int pod) =>
        $"{ReplicaSetName(pod / PodsPerWorkload)}-{(uint)pod * 2654435761 % 0x100000:x5}";

    public static string NodeName(int node) => $"node-{node}.example.internal";

    public static string Zone(int node) => $"west-1{(char)('a' + (node % 3))}";

    public static KeyValuePair<string, string>[] Labels(int workload) =>
        [
            new("app.kubernetes.io/name", WorkloadName(workload)),
            new("app.kubernetes.io/part-of", "shop"),
            new("pod-template-hash", Hash(workload)),
        ];

    /// <summary>10.0.0.0/8 in networks of 64 addresses, one for each node.</summary>
    public static Cidr PodNetwork(int node) =>
        Cidr.Parse($"{NetworkAddress.FromIPv4((uint)(0x0a000000 + (node * 64)))}/26");

    public static NetworkAddress PodAddress(int pod) =>
        NetworkAddress.FromIPv4((uint)(0x0a000000 + (pod / PodsPerNode * 64) + 2 + (pod % PodsPerNode)));

    public static NetworkAddress ServiceAddress(int workload) =>
        NetworkAddress.FromIPv4((uint)(0xac100000 + workload));

    public static NetworkAddress NodeAddress(int node) => NetworkAddress.FromIPv4((uint)(0xc0a80000 + node));

    /// <summary>Tells a model all of it.</summary>
    public static void Fill(ClusterModel model, int pods)
    {
        var workloads = pods / PodsPerWorkload;
        List(model.Nodes, (pods + PodsPerNode - 1) / PodsPerNode, Node);
        List(model.ReplicaSets, workloads, ReplicaSet);
        List(model.Pods, pods, Pod);
        List(model.Services, workloads, Service);
        List(model.EndpointSlices, workloads, Slice);
    }

    private static void List<T>(IObjectSink<T> sink, int count, Func<int, T> make)
        where T : class
    {
        sink.BeginList();
        for (var i = 0; i < count; i++)
        {
            sink.Apply(make(i));
        }

        sink.EndList();
    }

    private static NodeObject Node(int node) =>
        new()
        {
            Id = new("", NodeName(node), Guid.NewGuid().ToString()),
            Addresses = [NodeAddress(node)],
            PodCidrs = [PodNetwork(node)],
            Labels = [new("topology.kubernetes.io/zone", Zone(node))],
        };

    private static OwnerObject ReplicaSet(int workload) =>
        new(
            new(Namespace(workload), ReplicaSetName(workload), Uid("rs", workload)),
            "ReplicaSet",
            new("apps/v1", "Deployment", WorkloadName(workload), Uid("deployment", workload))
        );

    private static PodObject Pod(int pod)
    {
        var workload = pod / PodsPerWorkload;
        return new()
        {
            Id = new(Namespace(workload), PodName(pod), Guid.NewGuid().ToString()),
            Labels = Labels(workload),
            Owner = new("apps/v1", "ReplicaSet", ReplicaSetName(workload), Uid("rs", workload)),
            Node = NodeName(pod / PodsPerNode),
            Addresses = [PodAddress(pod)],
            Phase = "Running",
            Created = DateTimeOffset.UnixEpoch.AddYears(50),
            Started = DateTimeOffset.UnixEpoch.AddYears(50),
        };
    }

    private static ServiceObject Service(int workload) =>
        new()
        {
            Id = new(Namespace(workload), WorkloadName(workload), Uid("service", workload)),
            ClusterIps = [ServiceAddress(workload)],
            Ports = [new("http", 6, 80, 0)],
        };

    private static EndpointSliceObject Slice(int workload) =>
        new()
        {
            Id = new(Namespace(workload), $"{WorkloadName(workload)}-1", Uid("slice", workload)),
            Service = WorkloadName(workload),
            Ports = [new("http", 6, 8080)],
            Endpoints =
            [
                .. Enumerable
                    .Range(workload * PodsPerWorkload, PodsPerWorkload)
                    .Select(pod => new SliceEndpointObject([PodAddress(pod)], true, true, false, null, null)),
            ],
        };

    private static string Hash(int workload) => $"{unchecked((uint)workload * 2654435761u):x8}";

    private static string Uid(string kind, int number) => $"{kind, -8}-0000-4000-8000-{number:x12}";
}
