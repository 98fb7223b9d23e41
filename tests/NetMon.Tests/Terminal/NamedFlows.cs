using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Tests.Terminal;

/// <summary>Flows of a cluster, with ends of every kind.</summary>
internal static class NamedFlows
{
    public static readonly Endpoint Web = Pod(
        "shop",
        "Deployment",
        "web",
        "web-7d4f8b9c-x2x4l",
        "node-1",
        "a"
    );
    public static readonly Endpoint Redis = Pod("shop", "StatefulSet", "redis", "redis-0", "node-2", "b");
    public static readonly Endpoint Api = Pod("shop", "Deployment", "api", "api-5c9d-kk2p8", "node-1", "a");
    public static readonly Endpoint Dns = Pod(
        "kube-system",
        "Deployment",
        "coredns",
        "coredns-66bc5c9577-9vqxl",
        "node-2",
        "b"
    );

    private static readonly Endpoint Node = Endpoint.OfNode("node-1", "a");

    /// <summary>By the service cart, whose backend is redis.</summary>
    public static readonly Flow ByService = Name(
        FlowText.Tcp("10.244.1.17", 41234, "10.244.2.9", 6379, sent: 12_345, received: 4_567_890, age: 192),
        Web,
        Redis,
        FlowScope.PodToPod,
        Service("shop", "cart", 6380),
        "10.96.7.7"
    );

    public static readonly Flow Direct = Name(
        FlowText.Tcp("10.244.1.17", 41236, "10.244.2.9", 6379, sent: 998, received: 1_000, age: 9),
        Web,
        Redis,
        FlowScope.PodToPod
    );

    /// <summary>On one node.</summary>
    public static readonly Flow ByServiceOfTheSameName = Name(
        FlowText.Tcp("10.244.1.17", 50012, "10.244.1.20", 8080, sent: 40_000, received: 90_000, age: 31),
        Web,
        Api,
        FlowScope.PodToPod,
        Service("shop", "api", 80),
        "10.96.3.3"
    );

    public static readonly Flow ByServiceOfAnotherNamespace = Name(
        FlowText.Other(
            IpProtocol.Udp,
            "10.244.1.17",
            53211,
            "10.244.2.3",
            53,
            sent: 68,
            received: 140,
            age: 0.4
        ),
        Web,
        Dns,
        FlowScope.PodToPod,
        Service("kube-system", "kube-dns", 53),
        "10.96.0.10"
    );

    public static readonly Flow WithoutEndpoints = Failed(
        Name(
            FlowText.Tcp("10.244.1.17", 41302, "10.96.9.9", 80, sent: 180, age: 2),
            Web,
            Service("shop", "stock", 80).Endpoint,
            FlowScope.PodToPod,
            Service("shop", "stock", 80)
        ),
        FlowCause.NoEndpoints
    );

    public static readonly Flow Probe = Name(
        FlowText.Tcp("192.168.0.1", 51000, "10.244.1.17", 8080, sent: 700, received: 900, age: 1),
        Node,
        Web,
        FlowScope.NodeToPod
    );

    public static readonly Flow ToOffice = Name(
        FlowText.Tcp("10.244.1.17", 33000, "198.51.100.7", 443, sent: 5_000, received: 7_000, age: 600),
        Web,
        Endpoint.NamedExternal("office"),
        FlowScope.PodToExternal
    );

    public static readonly Flow UnknownPod = Name(
        FlowText.Tcp("10.244.3.200", 33001, "203.0.113.80", 443, sent: 2_000, received: 3_000, age: 61),
        Endpoint.UnknownPod,
        Endpoint.External,
        FlowScope.PodToExternal
    );

    /// <summary>IPv6, forwarded from outside to a pod of another node.</summary>
    public static readonly Flow Transit = Name(
        FlowText.Tcp("2001:db8:42:1::17", 50012, "fd00:10:244:2::9", 6379, sent: 60, received: 40, age: 5),
        Endpoint.External,
        Redis,
        FlowScope.ExternalToPod
    ) with
    {
        Direction = FlowDirection.Transit,
    };

    public static readonly Flow Ping = Name(
        FlowText.Other(
            IpProtocol.Icmp,
            "10.244.1.17",
            77,
            "192.168.0.1",
            77,
            sent: 8_400,
            received: 8_400,
            age: 100
        ),
        Web,
        Node,
        FlowScope.PodToNode
    );

    public static readonly Flow[] All =
    [
        ByService,
        Direct,
        ByServiceOfTheSameName,
        ByServiceOfAnotherNamespace,
        WithoutEndpoints,
        Probe,
        ToOffice,
        UnknownPod,
        Transit,
        Ping,
    ];

    /// <summary>Every name as long as Kubernetes allows.</summary>
    public static readonly Flow LongNames = Name(
        FlowText.Tcp("10.244.1.17", 41234, "10.244.2.9", 6379, sent: 12_345, received: 4_567_890, age: 192),
        Pod("n" + new string('s', 62), "Deployment", Long('w'), Long('p'), Long('o'), Long('z')),
        Pod("n" + new string('t', 62), "Deployment", Long('v'), Long('q'), Long('r'), Long('y')),
        FlowScope.PodToPod,
        Service("n" + new string('u', 62), "s" + new string('v', 62), 6380),
        "10.96.7.7"
    );

    public static Flow Name(
        Flow flow,
        Endpoint source,
        Endpoint destination,
        FlowScope scope,
        ServicePort? service = null,
        string? asked = null
    )
    {
        flow.Attribution = new FlowAttribution
        {
            Source = source,
            Destination = destination,
            Scope = scope,
            Service = service,
            SourceLocal = source.Node is "node-1",
            DestinationLocal = destination.Node is "node-1",
        };
        if (asked is not null && NetworkAddress.TryParse(asked, out var address))
        {
            (flow.Attribution.Asked, flow.Attribution.AskedPort) = (address, service!.Port);
        }

        return flow;
    }

    public static Endpoint Pod(
        string ns,
        string kind,
        string workload,
        string pod,
        string node,
        string zone
    ) =>
        new()
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload(ns, kind, workload),
            Pod = pod,
            Node = node,
            Zone = zone,
            Labels = [new("app", workload)],
        };

    public static ServicePort Service(string ns, string name, ushort port) =>
        new()
        {
            Endpoint = new Endpoint
            {
                Kind = EndpointKind.Service,
                Workload = new Workload(ns, "Service", name),
            },
            PortName = "",
            AddressKind = ServiceAddressKind.ClusterIp,
            Port = port,
            Protocol = IpProtocol.Tcp,
        };

    private static Flow Failed(Flow flow, FlowCause cause)
    {
        (flow.State, flow.Status, flow.Cause) = (FlowState.SynSent, FlowStatus.Failed, cause);
        (flow.SynToSynAckUs, flow.SynAckToAckUs, flow.ConnectUs) = (0, 0, 0);
        return flow;
    }

    private static string Long(char c) => new(c, 253);
}
