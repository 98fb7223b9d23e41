namespace NetMon.Lab.Network;

/// <summary>Pods on a bridge, other nodes' pods by way of those nodes. What goes to private addresses keeps its source, as ip-masq-agent has it.</summary>
internal sealed class HostGateway : INetworkPlugin
{
    public int Mtu => 1500;

    public string InterfacePrefix => "veth";

    public IEnumerable<(string Variable, string Value)> Settings => BridgedPods.Settings;

    public IEnumerable<string> Join(LabNode node, IReadOnlyList<LabNode> nodes) =>
        BridgedPods.Create(node, Mtu).Concat(Routes(node, nodes));

    public IEnumerable<string> Forward(LabNode node, IReadOnlyList<LabNode> nodes) => [];

    public IEnumerable<string> AttachOnNode(PodPort pod) => BridgedPods.AttachOnNode(pod);

    public IEnumerable<string> AttachInPod(PodPort pod) => BridgedPods.AttachInPod(pod);

    public IEnumerable<string> Masquerade(LabNode node, string family) =>
        family == "ip"
            ?
            [
                $"ip saddr {node.PodCidrV4} ip daddr != {{ 10.0.0.0/8, 172.16.0.0/12, 224.0.0.0/4 }} masquerade fully-random",
            ]
            :
            [
                $"ip6 saddr {node.PodCidrV6} ip6 daddr != {{ fc00::/7, fe80::/10, ff00::/8 }} masquerade fully-random",
            ];

    public string GatewayHardwareAddress(LabNode node) => BridgedPods.GatewayHardwareAddress(node);

    /// <summary>To the pods of all other nodes than <paramref name="node"/>, through those nodes.</summary>
    public static IEnumerable<string> Routes(LabNode? node, IReadOnlyList<LabNode> nodes) =>
        nodes
            .Where(other => other != node)
            .SelectMany(other =>
                (string[])
                    [
                        $"route add {other.PodCidrV4} via {other.V4}",
                        $"route add {other.PodCidrV6} via {other.V6}",
                    ]
            );
}
