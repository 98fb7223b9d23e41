namespace NetMon.Lab.Network;

/// <summary>
/// As Calico without an overlay: each pod has a routed link of its own whose node's end has no address and answers for
/// every gateway (proxy ARP); nodes know the way to one another's pods.
/// </summary>
internal sealed class Calico : INetworkPlugin
{
    public const string GatewayV4 = "169.254.1.1";
    private const string NodeHardwareAddress = "ee:ee:ee:ee:ee:ee";

    // The link-local address that follows from the hardware address (RFC 4291, appendix A).
    public const string GatewayV6 = "fe80::ecee:eeff:feee:eeee";

    public int Mtu => 1500;

    public string InterfacePrefix => "cali";

    public IReadOnlyList<string> Tunnels => [];

    public IEnumerable<(string Variable, string Value)> Settings =>
        [("ipv4/conf/default/proxy_arp", "1"), ("ipv6/conf/default/proxy_ndp", "1")];

    public IEnumerable<string> Join(LabNode node, IReadOnlyList<LabNode> nodes) =>
        [
            .. HostGateway.Routes(node, nodes),
            // An address of its own range that no pod has is nowhere.
            $"route add blackhole {node.PodCidrV4}",
            $"route add blackhole {node.PodCidrV6}",
        ];

    public IEnumerable<string> Forward(LabNode node, IReadOnlyList<LabNode> nodes) => [];

    public IEnumerable<string> AttachOnNode(PodPort pod) =>
        [
            $"link set {pod.NodeInterface} address {NodeHardwareAddress} up",
            $"ntable change name arp_cache dev {pod.NodeInterface} proxy_delay 0",
            // The pod that had the address before may still be on its way out.
            $"route replace {pod.V4}/32 dev {pod.NodeInterface} scope link",
            $"route replace {pod.V6}/128 dev {pod.NodeInterface}",
        ];

    public IEnumerable<string> AttachInPod(PodPort pod) =>
        [
            $"address add {pod.V4}/32 dev {ClusterNetwork.Uplink}",
            $"route add {GatewayV4} dev {ClusterNetwork.Uplink} scope link",
            $"route add default via {GatewayV4} dev {ClusterNetwork.Uplink}",
            $"address add {pod.V6}/128 dev {ClusterNetwork.Uplink} nodad",
            $"route add {GatewayV6} dev {ClusterNetwork.Uplink}",
            $"route add ::/0 via {GatewayV6} dev {ClusterNetwork.Uplink}",
        ];

    public IEnumerable<string> Masquerade(LabNode node, string family) =>
        family == "ip"
            ?
            [
                $"ip saddr {AddressPlan.PodsV4} ip daddr != {{ {AddressPlan.PodsV4}, 224.0.0.0/4 }} masquerade fully-random",
            ]
            :
            [
                $"ip6 saddr {AddressPlan.PodsV6} ip6 daddr != {{ {AddressPlan.PodsV6}, fe80::/10, ff00::/8 }} masquerade fully-random",
            ];

    public string GatewayHardwareAddress(LabNode node) => NodeHardwareAddress;
}
