using NetMon.Agent.Tests.Records;
using NetMon.Core.Endpoints;
using static NetMon.Agent.Tests.Attribution.NodeUnderTest;

namespace NetMon.Agent.Tests.Attribution;

/// <summary>What is seen of a connection on the node, and what is to come of it.</summary>
internal sealed record TranslationCase(
    Func<NodeUnderTest, TestFlow[]> Keys,
    string Source,
    string Destination,
    string From,
    string To,
    string? ServiceName,
    string? Asked,
    string Scope,
    string Direction
)
{
    public const string NodePort = "192.168.0.1:30080";
    public const string Masqueraded = "192.168.0.1:61000";
    public const string Website = "198.51.100.7:443";

    public static IReadOnlyDictionary<string, TranslationCase> All { get; } =
        new Dictionary<string, TranslationCase>(StringComparer.Ordinal)
        {
            ["cluster IP, backend on this node"] = new(
                node =>
                {
                    node.Connections.Add(Client, Service, Web, Client);
                    return
                    [
                        node.FromPod(Client, Service, ClientInterface),
                        node.ToPod(Client, Web, WebInterface),
                    ];
                },
                Client,
                Web,
                "client",
                "web",
                "web",
                Service,
                "pod-to-pod",
                "egress"
            ),
            ["cluster IP, backend on another node"] = new(
                node =>
                {
                    node.Connections.Add(Client, Service, RemoteWeb, Client);
                    return [node.FromPod(Client, Service, ClientInterface), node.Out(Client, RemoteWeb)];
                },
                Client,
                RemoteWeb,
                "client",
                "web2",
                "web",
                Service,
                "pod-to-pod",
                "egress"
            ),
            ["cluster IP through an overlay, where no packet of the backend's is seen"] = new(
                node =>
                {
                    node.Connections.Add(Client, Service, RemoteWeb, Client);
                    return [node.FromPod(Client, Service, ClientInterface)];
                },
                Client,
                RemoteWeb,
                "client",
                "web2",
                "web",
                Service,
                "pod-to-pod",
                "egress"
            ),
            ["cluster IP, the node between with its source masqueraded"] = new(
                node =>
                {
                    node.Connections.Add(Client, Service, RemoteWeb, Masqueraded);
                    return [node.FromPod(Client, Service, ClientInterface), node.Out(Masqueraded, RemoteWeb)];
                },
                Client,
                RemoteWeb,
                "client",
                "web2",
                "web",
                Service,
                "pod-to-pod",
                "egress"
            ),
            ["a process of this host asks for a cluster IP: backend on another node"] = new(
                node =>
                {
                    node.Connections.Add("192.168.0.1:40000", Service, RemoteWeb, "192.168.0.1:40000");
                    return [node.Out("192.168.0.1:40000", RemoteWeb)];
                },
                "192.168.0.1:40000",
                RemoteWeb,
                "n1",
                "web2",
                "web",
                Service,
                "node-to-pod",
                "egress"
            ),
            ["a process of this host asks for a cluster IP: backend on this node"] = new(
                node =>
                {
                    node.Connections.Add("192.168.0.1:40000", Service, Web, "192.168.0.1:40000");
                    return [node.ToPod("192.168.0.1:40000", Web, WebInterface)];
                },
                "192.168.0.1:40000",
                Web,
                "n1",
                "web",
                "web",
                Service,
                "node-to-pod",
                "egress"
            ),
            ["node port, backend on this node"] = new(
                node =>
                {
                    node.Cluster.Service("web", NodePort, ServiceAddressKind.NodePort, backends: [Web]);
                    node.Connections.Add(Outside, NodePort, Web, Masqueraded);
                    return [node.In(Outside, NodePort), node.ToPod(Masqueraded, Web, WebInterface)];
                },
                Outside,
                Web,
                "external",
                "web",
                "web",
                NodePort,
                "external-to-pod",
                "ingress"
            ),
            ["node port, backend on another node"] = new(
                node =>
                {
                    node.Cluster.Service("web", NodePort, ServiceAddressKind.NodePort, backends: [RemoteWeb]);
                    node.Connections.Add(Outside, NodePort, RemoteWeb, Masqueraded);
                    return [node.In(Outside, NodePort), node.Out(Masqueraded, RemoteWeb)];
                },
                Outside,
                RemoteWeb,
                "external",
                "web2",
                "web",
                NodePort,
                "external-to-pod",
                "transit"
            ),
            ["node port that keeps the client's address"] = new(
                node =>
                {
                    node.Cluster.Service("web", NodePort, ServiceAddressKind.NodePort, backends: [Web]);
                    node.Connections.Add(Outside, NodePort, Web, Outside);
                    return [node.In(Outside, NodePort), node.ToPod(Outside, Web, WebInterface)];
                },
                Outside,
                Web,
                "external",
                "web",
                "web",
                NodePort,
                "external-to-pod",
                "ingress"
            ),
            ["load balancer's address"] = new(
                node =>
                {
                    node.Cluster.Service(
                        "web",
                        "192.0.2.80:80",
                        ServiceAddressKind.LoadBalancer,
                        backends: [Web]
                    );
                    node.Connections.Add(Outside, "192.0.2.80:80", Web, Masqueraded);
                    return [node.In(Outside, "192.0.2.80:80"), node.ToPod(Masqueraded, Web, WebInterface)];
                },
                Outside,
                Web,
                "external",
                "web",
                "web",
                "192.0.2.80:80",
                "external-to-pod",
                "ingress"
            ),
            ["hairpin: a pod asks for its own service and gets itself"] = new(
                node =>
                {
                    node.Connections.Add("10.1.0.3:40000", Service, Web, Masqueraded);
                    return
                    [
                        node.FromPod("10.1.0.3:40000", Service, WebInterface),
                        node.ToPod(Masqueraded, Web, WebInterface),
                    ];
                },
                "10.1.0.3:40000",
                Web,
                "web",
                "web",
                "web",
                Service,
                "pod-to-pod",
                "egress"
            ),
            ["masqueraded to the outside"] = new(
                node =>
                {
                    node.Connections.Add(Client, Website, Website, Masqueraded);
                    return [node.FromPod(Client, Website, ClientInterface), node.Out(Masqueraded, Website)];
                },
                Client,
                Website,
                "client",
                "external",
                null,
                null,
                "pod-to-external",
                "egress"
            ),
            ["a published port that is no service"] = new(
                node =>
                {
                    node.Connections.Add(Outside, "192.168.0.1:8443", "10.1.0.3:443", Outside);
                    return
                    [
                        node.In(Outside, "192.168.0.1:8443"),
                        node.ToPod(Outside, "10.1.0.3:443", WebInterface),
                    ];
                },
                Outside,
                "10.1.0.3:443",
                "external",
                "web",
                null,
                "192.168.0.1:8443",
                "external-to-pod",
                "ingress"
            ),
            ["no translation: a process of this host talks to the outside"] = new(
                node =>
                {
                    node.Connections.Add("192.168.0.1:40000", Website, Website, "192.168.0.1:40000");
                    return [node.Out("192.168.0.1:40000", Website)];
                },
                "192.168.0.1:40000",
                Website,
                "n1",
                "external",
                null,
                null,
                "node-to-external",
                "egress"
            ),
            ["no translation: from pod to pod of this node, at a port that a service has a backend at"] = new(
                node =>
                {
                    node.Connections.Add(Client, Web, Web, Client);
                    return [node.FromPod(Client, Web, ClientInterface)];
                },
                Client,
                Web,
                "client",
                "web",
                null,
                null,
                "pod-to-pod",
                "egress"
            ),
            ["no translation: from a pod of another node"] = new(
                node => [node.In("10.2.0.2:40000", Web)],
                "10.2.0.2:40000",
                Web,
                "web2",
                "web",
                null,
                null,
                "pod-to-pod",
                "ingress"
            ),
            ["IPv6 cluster IP"] = new(
                node =>
                {
                    node.Cluster.Pod("client6", "n1", "fd00:1::2");
                    node.AddPod(13, "fd00:1::2");
                    node.Cluster.Pod("web6", "n2", "fd00:2::2");
                    node.Cluster.Service("web6", "[fd00:96::1]:80", backends: ["[fd00:2::2]:8080"]);
                    node.Connections.Add(
                        "[fd00:1::2]:40000",
                        "[fd00:96::1]:80",
                        "[fd00:2::2]:8080",
                        "[fd00:1::2]:40000"
                    );
                    return
                    [
                        node.FromPod("[fd00:1::2]:40000", "[fd00:96::1]:80", 13),
                        node.Out("[fd00:1::2]:40000", "[fd00:2::2]:8080"),
                    ];
                },
                "[fd00:1::2]:40000",
                "[fd00:2::2]:8080",
                "client6",
                "web6",
                "web6",
                "[fd00:96::1]:80",
                "pod-to-pod",
                "egress"
            ),
        };
}
