using System.Net;
using System.Net.Sockets;
using NetMon.Lab.Network;
using NetMon.Lab.Proxy;
using NetMon.Testing.Lab;

namespace NetMon.Lab.Tests.Proxy;

/// <summary>What clients of services see, and what servers see of them, is what they would with the real kube-proxy.</summary>
public sealed class ProxyRulesTests
{
    private const int ServerPort = 8080;
    private const int NodePort = 30080;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SilenceTime = TimeSpan.FromSeconds(2);

    public static TheoryData<NetworkMode, ProxyMode, ProtocolType, bool> Cases
    {
        get
        {
            var cases = new TheoryData<NetworkMode, ProxyMode, ProtocolType, bool>();
            foreach (var mode in NetworkModes.All)
            {
                foreach (var proxy in (ProxyMode[])[ProxyMode.Nftables, ProxyMode.Iptables])
                {
                    cases.Add(mode, proxy, ProtocolType.Tcp, false);
                }
            }

            cases.Add(NetworkMode.Flannel, ProxyMode.Nftables, ProtocolType.Tcp, true);
            cases.Add(NetworkMode.Calico, ProxyMode.Iptables, ProtocolType.Tcp, true);
            cases.Add(NetworkMode.Flannel, ProxyMode.Iptables, ProtocolType.Udp, false);
            cases.Add(NetworkMode.Calico, ProxyMode.Nftables, ProtocolType.Udp, true);
            return cases;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Every_type_of_service_is_answered_by_its_backend_as_from_the_right_client(
        NetworkMode mode,
        ProxyMode proxy,
        ProtocolType protocol,
        bool v6
    )
    {
        LabRequirements.SkipIfMissing("nft", "iptables");
        using var machines = new LabNetwork();
        var cluster = new ClusterNetwork(machines, mode, nodes: 2);
        var (near, far) = (cluster.Nodes[0], cluster.Nodes[1]);
        var pods = cluster.AttachPods([("a", near, 2), ("b", near, 3), ("c", far, 2)]);
        var (a, b, c) = (pods[0], pods[1], pods[2]);
        var word = protocol == ProtocolType.Tcp ? "tcp" : "udp";
        ServiceRule[] services =
        [
            Service(0, word, v6) with
            {
                Name = "beside",
                Backends = [To(b, v6)],
            },
            Service(1, word, v6) with
            {
                Name = "away",
                Backends = [To(c, v6)],
                NodePort = NodePort,
                PublicIps = [Public(0, v6)],
            },
            Service(2, word, v6) with
            {
                Name = "local",
                Backends = [To(c, v6)],
                NodePort = NodePort + 1,
                PublicIps = [Public(1, v6)],
                Local = true,
            },
            Service(3, word, v6) with
            {
                Name = "nobody",
                NodePort = NodePort + 2,
            },
        ];
        var rules = ProxyRules.Of(proxy);
        foreach (var node in cluster.Nodes)
        {
            rules.Apply(node, services);
        }

        cluster.Outside.Batch(
            $"route add {Public(0, v6)} via {Node(near, v6)}",
            $"route add {Public(1, v6)} via {Node(far, v6)}"
        );
        using var atB = new AddressServer("b", b.Namespace, Pod(b, v6), ServerPort);
        using var atC = new AddressServer("c", c.Namespace, Pod(c, v6), ServerPort);
        string Ask(NetworkNamespace client, IPAddress address, int port) =>
            AddressServer.Ask(client, address, port, protocol, Patience);
        var nearAmongPods = cluster.AddressTowardsPods(near, v6);
        var gateway =
            mode == NetworkMode.Calico ? Node(near, v6)
            : v6 ? AddressPlan.PodV6(1, 1)
            : AddressPlan.PodV4(1, 1);
        var client = v6 ? AddressPlan.OutsideV6 : AddressPlan.OutsideV4;

        (string What, string Expected, Func<string> Actual)[] cases =
        [
            (
                "pod to a backend beside it",
                $"b {Pod(a, v6)}",
                () => Ask(a.Namespace, services[0].ClusterIp, 80)
            ),
            (
                "pod to a backend on another node",
                $"c {Pod(a, v6)}",
                () => Ask(a.Namespace, services[1].ClusterIp, 80)
            ),
            ("pod to itself", $"b {gateway}", () => Ask(b.Namespace, services[0].ClusterIp, 80)),
            ("node to its own pod", $"b {gateway}", () => Ask(near.Namespace, services[0].ClusterIp, 80)),
            (
                "node to another node's pod",
                $"c {nearAmongPods}",
                () => Ask(near.Namespace, services[1].ClusterIp, 80)
            ),
            (
                "node port by way of another node",
                $"c {nearAmongPods}",
                () => Ask(cluster.Outside, Node(near, v6), NodePort)
            ),
            (
                "pod to its node's node port",
                $"c {nearAmongPods}",
                () => Ask(a.Namespace, Node(near, v6), NodePort)
            ),
            ("load balancer", $"c {nearAmongPods}", () => Ask(cluster.Outside, Public(0, v6), 80)),
            ("local node port", $"c {client}", () => Ask(cluster.Outside, Node(far, v6), NodePort + 1)),
            ("local load balancer", $"c {client}", () => Ask(cluster.Outside, Public(1, v6), 80)),
            ("pod to a local load balancer", $"c {Pod(a, v6)}", () => Ask(a.Namespace, Public(1, v6), 80)),
            (
                "no local endpoint",
                "silence",
                () => AddressServer.Ask(cluster.Outside, Node(near, v6), NodePort + 1, protocol, SilenceTime)
            ),
            ("no endpoint, from a pod", "refused", () => Ask(a.Namespace, services[3].ClusterIp, 80)),
            (
                "no endpoint, from outside",
                "refused",
                () => Ask(cluster.Outside, Node(near, v6), NodePort + 2)
            ),
        ];
        var differing = cases
            .Select(each => (each.What, each.Expected, Actual: each.Actual()))
            .Where(each => each.Expected != each.Actual)
            .Select(each => $"{each.What}: {each.Actual}, expected {each.Expected}");

        Assert.Empty(differing);
    }

    private static ServiceRule Service(int number, string protocol, bool v6) =>
        new()
        {
            Name = "",
            Protocol = protocol,
            ClusterIp = v6 ? AddressPlan.ServiceV6(number) : AddressPlan.ServiceV4(number),
            Port = 80,
        };

    private static Backend To(PodPort pod, bool v6) => new(Pod(pod, v6), ServerPort, pod.Node);

    private static IPAddress Pod(PodPort pod, bool v6) => v6 ? pod.V6 : pod.V4;

    private static IPAddress Node(LabNode node, bool v6) => v6 ? node.V6 : node.V4;

    private static IPAddress Public(int number, bool v6) =>
        v6 ? AddressPlan.PublicV6(number) : AddressPlan.PublicV4(number);
}
