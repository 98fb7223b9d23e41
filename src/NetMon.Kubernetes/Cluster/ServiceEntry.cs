using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Kubernetes.Cluster;

/// <summary>A service, and what it offers where.</summary>
internal sealed class ServiceEntry(string uid) : Holder
{
    public override HolderRank Rank => HolderRank.Service;

    public string Uid { get; } = uid;

    /// <summary>Its own addresses; not the nodes', where its node ports are.</summary>
    public NetworkAddress[] Addresses = [];

    public Dictionary<TransportAddress, ServicePort> Offers = [];
}
