using System.Net;

namespace NetMon.Lab.Network;

/// <summary>
/// As flannel: pods on a bridge, a VXLAN between nodes for IPv4 and one for IPv6, with entries that flanneld would keep
/// in place of learning. The tunnel's end has the first address of the node's range.
/// </summary>
internal sealed class Flannel : INetworkPlugin
{
    private const string TunnelV4 = "flannel.1";
    private const string TunnelV6 = "flannel-v6.1";
    private const int Port = 8472;

    /// <summary>1500 less the headers of VXLAN over IPv6: 40 + 8 + 8 + 14.</summary>
    public int Mtu => 1430;

    public string InterfacePrefix => "veth";

    public IEnumerable<(string Variable, string Value)> Settings => BridgedPods.Settings;

    public IEnumerable<string> Join(LabNode node, IReadOnlyList<LabNode> nodes) =>
        [
            .. BridgedPods.Create(node, Mtu),
            $"link add {TunnelV4} mtu {Mtu} address {HardwareAddress(node, 4)} type vxlan id 1 local {node.V4} dev {ClusterNetwork.Uplink} dstport {Port} nolearning",
            $"link add {TunnelV6} mtu {Mtu} address {HardwareAddress(node, 6)} type vxlan id 1 local {node.V6} dev {ClusterNetwork.Uplink} dstport {Port} nolearning udp6zerocsumrx udp6zerocsumtx",
            $"address add {AddressPlan.PodV4(node.Index, 0)}/32 dev {TunnelV4}",
            $"address add {AddressPlan.PodV6(node.Index, 0)}/128 dev {TunnelV6} nodad",
            $"link set {TunnelV4} up",
            $"link set {TunnelV6} up",
            .. nodes.Where(other => other != node).SelectMany(To),
        ];

    public IEnumerable<string> Forward(LabNode node, IReadOnlyList<LabNode> nodes) =>
        nodes
            .Where(other => other != node)
            .SelectMany(other =>
                (string[])
                    [
                        $"fdb add {HardwareAddress(other, 4)} dev {TunnelV4} dst {other.V4} self permanent",
                        $"fdb add {HardwareAddress(other, 6)} dev {TunnelV6} dst {other.V6} self permanent",
                    ]
            );

    public IEnumerable<string> AttachOnNode(PodPort pod) => BridgedPods.AttachOnNode(pod);

    public IEnumerable<string> AttachInPod(PodPort pod) => BridgedPods.AttachInPod(pod);

    // Those of flanneld: what kube-proxy marked is its business, what stays among pods keeps its source.
    public IEnumerable<string> Masquerade(LabNode node, string family)
    {
        var (all, own, multicast) =
            family == "ip"
                ? (AddressPlan.PodsV4, node.PodCidrV4, "224.0.0.0/4")
                : (AddressPlan.PodsV6, node.PodCidrV6, "ff00::/8");
        return
        [
            "meta mark & 0x4000 == 0x4000 return",
            $"{family} saddr {own} {family} daddr {all} return",
            $"{family} saddr {all} {family} daddr {own} return",
            $"{family} saddr != {all} {family} daddr {own} return",
            $"{family} saddr {all} {family} daddr != {multicast} masquerade fully-random",
            $"{family} saddr != {all} {family} daddr {all} masquerade fully-random",
        ];
    }

    public string GatewayHardwareAddress(LabNode node) => BridgedPods.GatewayHardwareAddress(node);

    private static IEnumerable<string> To(LabNode other)
    {
        var (v4, v6) = (AddressPlan.PodV4(other.Index, 0), AddressPlan.PodV6(other.Index, 0));
        return
        [
            .. Reach(TunnelV4, v4, HardwareAddress(other, 4)),
            $"route add {other.PodCidrV4} via {v4} dev {TunnelV4} onlink",
            .. Reach(TunnelV6, v6, HardwareAddress(other, 6)),
            $"route add {other.PodCidrV6} via {v6} dev {TunnelV6} onlink",
        ];
    }

    private static IEnumerable<string> Reach(string tunnel, IPAddress end, string hardwareAddress) =>
        [$"neighbour add {end} dev {tunnel} lladdr {hardwareAddress} nud permanent"];

    private static string HardwareAddress(LabNode node, int family) =>
        $"0e:0{family}:00:00:00:{node.Index:x2}";
}
