using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Kubernetes.Cluster;

/// <summary>A node, told by the API server or only named by its pods.</summary>
internal sealed class NodeEntry(string name) : Holder
{
    private volatile Endpoint _unknownPod = Endpoint.UnknownPod;

    public override HolderRank Rank => HolderRank.Node;

    public string Name { get; } = name;

    public string Uid = "";
    public string? Zone;
    public NetworkAddress[] Addresses = [];
    public IReadOnlyList<Cidr> PodCidrs = [];

    public PodGroup Pods { get; } = new(ofNode: true);

    /// <summary>A pod on this node of which nothing else is known.</summary>
    public Endpoint UnknownPod
    {
        get => _unknownPod;
        set => _unknownPod = value;
    }
}
