using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>The node that the agent runs on, as an end of flows; without a cluster, this host. The capture loop's.</summary>
internal sealed class ThisNode
{
    private readonly bool _isNamed;

    /// <param name="view">The cluster, which knows the node better.</param>
    /// <param name="name">The node's name; null: that of the node which has one of this host's addresses.</param>
    /// <param name="hostName">What it is called as long as it has no name.</param>
    public ThisNode(IClusterView view, string? name, string hostName)
    {
        View = view;
        _isNamed = name is not null;
        Endpoint = Endpoint.OfNode(name ?? hostName);
        UnknownPod = UnknownPodOn(Endpoint);
    }

    public Endpoint Endpoint { get; private set; }

    /// <summary>A pod on this node, of which nothing else is known.</summary>
    public Endpoint UnknownPod { get; private set; }

    private IClusterView View { get; }

    public bool Runs(Endpoint pod) => string.Equals(pod.Node, Endpoint.Node, StringComparison.Ordinal);

    /// <summary>The end of flows that one of this host's own addresses is.</summary>
    /// <param name="address">One of them.</param>
    /// <param name="unixNs">Of the flow, nanoseconds of the Unix epoch.</param>
    public EndpointMatch Find(in NetworkAddress address, long unixNs)
    {
        if (!View.HasCluster)
        {
            return new(Endpoint, Final: true);
        }

        // The cluster knows some of a node's addresses: those of bridges and dummies are the same node's.
        var match = View.FindEndpoint(in address, unixNs);
        if (match.Endpoint.Kind == EndpointKind.Node && (!_isNamed || Runs(match.Endpoint)))
        {
            Take(match.Endpoint);
        }

        return new(Endpoint, Final: View.IsSynced);
    }

    private void Take(Endpoint endpoint)
    {
        if (!ReferenceEquals(endpoint, Endpoint))
        {
            Endpoint = endpoint;
            UnknownPod = UnknownPodOn(endpoint);
        }
    }

    private static Endpoint UnknownPodOn(Endpoint node) =>
        new()
        {
            Kind = EndpointKind.Pod,
            Workload = Endpoint.UnknownPod.Workload,
            Node = node.Node,
            Zone = node.Zone,
        };
}
