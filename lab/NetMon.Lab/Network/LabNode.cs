using System.Net;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Network;

/// <summary>A node of the cluster, as its network knows it.</summary>
public sealed class LabNode
{
    internal LabNode(int index, NetworkNamespace machine)
    {
        Index = index;
        Namespace = machine;
    }

    /// <summary>From 1.</summary>
    public int Index { get; }

    public string Name => $"node{Index}";

    public NetworkNamespace Namespace { get; }

    public IPAddress V4 => AddressPlan.NodeV4(Index);

    public IPAddress V6 => AddressPlan.NodeV6(Index);

    public string PodCidrV4 => AddressPlan.PodCidrV4(Index);

    public string PodCidrV6 => AddressPlan.PodCidrV6(Index);

    /// <summary>The node's own addresses in its pods' network: of its tunnel, and of its bridge.</summary>
    public IEnumerable<IPAddress> AddressesAmongPods =>
        [
            AddressPlan.PodV4(Index, 0),
            AddressPlan.PodV4(Index, 1),
            AddressPlan.PodV6(Index, 0),
            AddressPlan.PodV6(Index, 1),
        ];

    /// <summary>The interface that joins it to the other machines.</summary>
    public LabInterface Uplink => new(Namespace, ClusterNetwork.Uplink);

    /// <summary>Every second node is in another zone.</summary>
    public string Zone => Index % 2 == 1 ? "zone-a" : "zone-b";

    public override string ToString() => Name;
}
