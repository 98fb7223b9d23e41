using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Kubernetes.Cluster;

/// <summary>What an address that nobody is known to have may be, from the networks of pods and nodes. Never changes.</summary>
internal sealed class AddressPlan
{
    /// <summary>An address of a node that is not known.</summary>
    private static readonly Endpoint UnknownNode = new()
    {
        Kind = EndpointKind.Node,
        Workload = new Workload("", "Node", Endpoint.UnknownName),
    };

    private readonly CidrTable<PodNetwork> _pods;
    private readonly CidrTable<Endpoint> _nodes;
    private readonly NetworkNames _names;

    public AddressPlan(ClusterModelOptions options, IEnumerable<NodeEntry> nodes)
    {
        // A node's own come first: where the user configures the same network, the node is still known.
        _pods = new(
            nodes
                .SelectMany(node => node.PodCidrs.Select(network => PodNetwork.Of(network, node)))
                .Concat(options.PodCidrs.Select(network => PodNetwork.Of(network, node: null)))
        );
        _nodes = new(
            options.NodeCidrs.Select(network => new KeyValuePair<Cidr, Endpoint>(network, UnknownNode))
        );
        _names = options.Networks;
    }

    /// <summary>Whether pods can be told from others by their addresses at all.</summary>
    public bool HasPodNetworks => _pods.Count > 0;

    public bool HoldsPods(in NetworkAddress address) => _pods.Find(address) is not null;

    /// <summary>The node that has one of the addresses that a network plugin takes for the node itself; null if it is none of these.</summary>
    public NodeEntry? FindGateway(in NetworkAddress address) =>
        _pods.Find(address) is { } network && network.IsGateway(address) ? network.Node : null;

    /// <param name="wasPod">A pod had the address not long ago.</param>
    /// <param name="mayBePod">There are pods in networks that are not known.</param>
    public EndpointMatch Find(in NetworkAddress address, bool wasPod, bool mayBePod)
    {
        if (_pods.Find(address) is { } network)
        {
            return network.IsGateway(address)
                ? new(network.Node!.Endpoint, Final: true)
                : new(network.Node?.UnknownPod ?? Endpoint.UnknownPod, Final: false);
        }

        if (_nodes.Find(address) is { } node)
        {
            return new(node, Final: false);
        }

        return wasPod
            ? new(Endpoint.UnknownPod, Final: false)
            : new(_names.Find(address), Final: !mayBePod || !AddressRanges.IsPrivate(address));
    }

    /// <summary>A network whose addresses are of pods.</summary>
    private sealed class PodNetwork
    {
        private NetworkAddress _first;
        private NetworkAddress _second;

        /// <summary>On which its pods are; null if it is the cluster's.</summary>
        public NodeEntry? Node { get; private init; }

        public static KeyValuePair<Cidr, PodNetwork> Of(Cidr network, NodeEntry? node)
        {
            var first = network.Address;
            return new(
                network,
                new()
                {
                    Node = node,
                    _first = first,
                    // A network of one or two addresses has none to spare.
                    _second =
                        network.PrefixLength < (first.IsIPv4 ? 31 : 127)
                            ? new NetworkAddress(first.High, first.Low + 1)
                            : default,
                }
            );
        }

        /// <summary>
        /// The first address (a VXLAN device's, which is the source of what the node sends to pods of others) or the second (the bridge's, the pods'
        /// gateway) of a node's network.
        /// </summary>
        public bool IsGateway(in NetworkAddress address) =>
            Node is not null && _second != default && (address == _first || address == _second);
    }
}
