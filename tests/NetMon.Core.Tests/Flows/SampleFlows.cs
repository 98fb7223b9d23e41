using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Flows;

/// <summary>Flows of a small shop in a cluster of two nodes.</summary>
internal static class SampleFlows
{
    public static readonly Endpoint Web = Pod(
        "Deployment",
        "web",
        "web-7d4f-x1",
        "node-1",
        "a",
        new("app", "web"),
        new("tier", "front")
    );

    public static readonly Endpoint Redis = Pod(
        "StatefulSet",
        "redis",
        "redis-0",
        "node-2",
        "b",
        new KeyValuePair<string, string>("app", "redis")
    );

    public static readonly ServicePort Cart = Service("cart", "redis", 6380);
    public static readonly ServicePort Stock = Service("stock", "", 80);

    /// <summary>A pod asks the service cart at 10.96.7.7:6380, and redis-0 on another node answers.</summary>
    public static readonly Flow WebToCart = Flow(
        "10.244.1.17",
        41234,
        "10.244.2.9",
        6379,
        new FlowAttribution
        {
            Source = Web,
            Destination = Redis,
            Service = Cart,
            Asked = Address("10.96.7.7"),
            AskedPort = 6380,
            Scope = FlowScope.PodToPod,
            SourceLocal = true,
        }
    );

    /// <summary>A pod that nobody knows asks a network that the settings name.</summary>
    public static readonly Flow UnknownPodToOffice = Flow(
        "10.244.9.1",
        40000,
        "198.51.100.7",
        443,
        new FlowAttribution
        {
            Source = Endpoint.UnknownPod,
            Destination = Endpoint.NamedExternal("office"),
            Scope = FlowScope.PodToExternal,
            SourceLocal = true,
        }
    );

    /// <summary>A node asks a service that has no backend.</summary>
    public static readonly Flow NobodyServes = Flow(
        "192.168.0.1",
        50000,
        "10.96.9.9",
        80,
        new FlowAttribution
        {
            Source = Endpoint.OfNode("node-1", "a", [new("kubernetes.io/os", "linux")]),
            Destination = Stock.Endpoint,
            Service = Stock,
            Scope = FlowScope.NodeToPod,
            SourceLocal = true,
        }
    ) with
    {
        State = FlowState.SynSent,
        Status = FlowStatus.Failed,
        Cause = FlowCause.NoEndpoints,
    };

    /// <summary>Somebody outside asks a pod of another node through this one.</summary>
    public static readonly Flow Forwarded = Flow(
        "203.0.113.5",
        33000,
        "10.244.2.9",
        6379,
        new FlowAttribution
        {
            Source = Endpoint.External,
            Destination = Redis,
            Scope = FlowScope.ExternalToPod,
        }
    ) with
    {
        Direction = FlowDirection.Transit,
    };

    public static NetworkAddress Address(string text) =>
        NetworkAddress.TryParse(text, out var address)
            ? address
            : throw new ArgumentException(text, nameof(text));

    private static Flow Flow(
        string source,
        ushort sourcePort,
        string destination,
        ushort destinationPort,
        FlowAttribution attribution
    ) =>
        new()
        {
            Source = new FlowEndpoint(Address(source), sourcePort, 2),
            Destination = new FlowEndpoint(Address(destination), destinationPort, 3),
            Attribution = attribution,
            Protocol = IpProtocol.Tcp,
            State = FlowState.Established,
            Status = FlowStatus.Ok,
            Direction = FlowDirection.Egress,
        };

    private static Endpoint Pod(
        string kind,
        string workload,
        string pod,
        string node,
        string zone,
        params KeyValuePair<string, string>[] labels
    ) =>
        new()
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload("shop", kind, workload),
            Pod = pod,
            Node = node,
            Zone = zone,
            Labels = labels,
        };

    private static ServicePort Service(string name, string portName, ushort port) =>
        new()
        {
            Endpoint = new Endpoint
            {
                Kind = EndpointKind.Service,
                Workload = new Workload("shop", "Service", name),
            },
            PortName = portName,
            AddressKind = ServiceAddressKind.ClusterIp,
            Port = port,
            Protocol = IpProtocol.Tcp,
        };
}
