using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Kubernetes.Cluster;

/// <summary>What the model of the cluster is told by the user and by its host.</summary>
public sealed class ClusterModelOptions
{
    /// <summary>Names of networks outside of the cluster.</summary>
    public NetworkNames Networks { get; init; } = NetworkNames.None;

    /// <summary>Networks of pods, beside those that the nodes publish.</summary>
    public IReadOnlyList<Cidr> PodCidrs { get; init; } = [];

    /// <summary>Networks of nodes, for addresses that no node publishes.</summary>
    public IReadOnlyList<Cidr> NodeCidrs { get; init; } = [];

    /// <summary>Whether an address is this host's own: node ports are asked for at these too. Any thread.</summary>
    public Func<NetworkAddress, bool> IsOwnAddress { get; init; } = static _ => false;

    /// <summary>How long it is remembered who had an address: longer than a flow can be old when its first record comes.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromMinutes(5);
}
