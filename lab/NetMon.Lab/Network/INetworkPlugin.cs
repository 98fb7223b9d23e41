namespace NetMon.Lab.Network;

/// <summary>What differs between the modes. All members give lines: for <c>ip -batch</c>, or for nft.</summary>
internal interface INetworkPlugin
{
    /// <summary>Of links to pods, and of what pods send.</summary>
    int Mtu { get; }

    /// <summary>Of the node's ends of its pods' links.</summary>
    string InterfacePrefix { get; }

    /// <summary>Variables of /proc/sys/net on every node, set before it has a pod.</summary>
    IEnumerable<(string Variable, string Value)> Settings { get; }

    /// <summary>Run on a node: its bridge, its tunnel, its routes to the pods of other nodes.</summary>
    IEnumerable<string> Join(LabNode node, IReadOnlyList<LabNode> nodes);

    /// <summary>Lines for <c>bridge -batch</c> on a node: behind which machine a tunnel's other ends are.</summary>
    IEnumerable<string> Forward(LabNode node, IReadOnlyList<LabNode> nodes);

    /// <summary>Run on the node of a pod.</summary>
    IEnumerable<string> AttachOnNode(PodPort pod);

    /// <summary>Run in the pod's namespace.</summary>
    IEnumerable<string> AttachInPod(PodPort pod);

    /// <summary>nft rules of a chain that sees what leaves the node: whose source is replaced by the node's.</summary>
    /// <param name="family">ip or ip6.</param>
    IEnumerable<string> Masquerade(LabNode node, string family);

    /// <summary>The hardware address that a pod's gateway has; for entries that stay.</summary>
    string GatewayHardwareAddress(LabNode node);
}
