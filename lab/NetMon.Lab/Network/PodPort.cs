using System.Net;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Network;

/// <summary>Where a pod is joined to its node.</summary>
/// <param name="Host">Number of its addresses in the node's range, from 2.</param>
/// <param name="NodeInterface">Name of the node's end; the pod's is eth0. At most 15 letters.</param>
public sealed record PodPort(LabNode Node, int Host, NetworkNamespace Namespace, string NodeInterface)
{
    public IPAddress V4 => AddressPlan.PodV4(Node.Index, Host);

    public IPAddress V6 => AddressPlan.PodV6(Node.Index, Host);

    public string HardwareAddress => AddressPlan.HardwareAddress(V4);

    public LabInterface Interface => new(Namespace, ClusterNetwork.Uplink);
}
