namespace NetMon.Lab.Network;

/// <summary>Pods on a bridge, as the CNI plugin of that name joins them: the node is the gateway, with the first address.</summary>
internal static class BridgedPods
{
    public const string Bridge = "cni0";

    /// <summary>
    /// What one pod of a bridge sends another has to pass the node's rules too: answers of a service's backend carry the
    /// service's address only then.
    /// </summary>
    public static IEnumerable<(string Variable, string Value)> Settings { get; } =
    [("bridge/bridge-nf-call-iptables", "1"), ("bridge/bridge-nf-call-ip6tables", "1")];

    public static string GatewayHardwareAddress(LabNode node) =>
        AddressPlan.HardwareAddress(AddressPlan.PodV4(node.Index, 1));

    public static IEnumerable<string> Create(LabNode node, int mtu) =>
        [
            $"link add {Bridge} address {GatewayHardwareAddress(node)} mtu {mtu} type bridge mcast_snooping 0",
            $"address add {AddressPlan.PodV4(node.Index, 1)}/24 dev {Bridge}",
            $"address add {AddressPlan.PodV6(node.Index, 1)}/64 dev {Bridge} nodad",
            $"link set {Bridge} up",
        ];

    public static IEnumerable<string> AttachOnNode(PodPort pod) =>
        [
            $"link set {pod.NodeInterface} master {Bridge} up",
            // A pod may be the backend of the service that it asks.
            $"link set {pod.NodeInterface} type bridge_slave hairpin on",
        ];

    public static IEnumerable<string> AttachInPod(PodPort pod) =>
        [
            $"address add {pod.V4}/24 dev {ClusterNetwork.Uplink}",
            $"address add {pod.V6}/64 dev {ClusterNetwork.Uplink} nodad",
            $"route add default via {AddressPlan.PodV4(pod.Node.Index, 1)}",
            $"route add ::/0 via {AddressPlan.PodV6(pod.Node.Index, 1)}",
        ];
}
