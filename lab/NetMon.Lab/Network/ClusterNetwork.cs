using System.Net;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Network;

/// <summary>
/// The machines of a cluster, each a network namespace, and the link that they share:
/// <code>
///   node1  eth0 --.                     .-- eth0  outside   the world: clients, servers
///   node2  eth0 ---  br0 of "fabric"  ---
///   node3  eth0 --'                     '-- eth0  control   API server, Prometheus
///     | veth*, cali*
///    eth0 pod, pod, ...
/// </code>
/// </summary>
public sealed class ClusterNetwork
{
    /// <summary>Of every machine and every pod.</summary>
    public const string Uplink = "eth0";

    private static readonly (string, string)[] Anywhere =
    [
        // Loose: what comes in by one interface may be answered by another, as with asymmetric routes.
        ("ipv4/conf/all/rp_filter", "2"),
        ("ipv4/conf/default/rp_filter", "2"),
        // Every error is sent, however many there are: who asks does so once.
        ("ipv4/icmp_ratelimit", "0"),
        ("ipv6/icmp/ratelimit", "0"),
    ];

    private static readonly (string, string)[] OnNodes =
    [
        ("ipv4/ip_forward", "1"),
        ("ipv6/conf/all/forwarding", "1"),
        ("ipv6/conf/default/forwarding", "1"),
    ];

    private readonly LabNetwork _machines;
    private readonly INetworkPlugin _plugin;
    private readonly NetworkNamespace _fabric;
    private int _interfaces;

    /// <param name="machines">Where the namespaces are made; they go with it.</param>
    /// <param name="mode">How pods are joined.</param>
    /// <param name="nodes">How many there are, from 1 to 99.</param>
    public ClusterNetwork(LabNetwork machines, NetworkMode mode, int nodes)
    {
        ArgumentNullException.ThrowIfNull(machines);
        _machines = machines;
        _plugin = mode switch
        {
            NetworkMode.Flannel => new Flannel(),
            NetworkMode.Calico => new Calico(),
            _ => new HostGateway(),
        };
        Mode = mode;
        var made = machines.AddNamespaces([
            "fabric",
            "outside",
            "control",
            .. Enumerable.Range(1, nodes).Select(index => $"node{index}"),
        ]);
        (_fabric, Outside, Control) = (made[0], made[1], made[2]);
        Nodes = [.. made.Skip(3).Select((machine, index) => new LabNode(index + 1, machine))];
        Build();
    }

    public NetworkMode Mode { get; }

    /// <summary>The world: not of the cluster.</summary>
    public NetworkNamespace Outside { get; }

    /// <summary>Where the API server and Prometheus are.</summary>
    public NetworkNamespace Control { get; }

    public IReadOnlyList<LabNode> Nodes { get; }

    /// <summary>Nodes' interfaces that carry the packets of others inside of theirs.</summary>
    public IEnumerable<LabInterface> Tunnels =>
        from node in Nodes
        from name in _plugin.Tunnels
        select new LabInterface(node.Namespace, name);

    /// <summary>Joins pods to their nodes.</summary>
    /// <param name="wanted">A name and a node for each, and the number of its addresses there.</param>
    public IReadOnlyList<PodPort> AttachPods(IReadOnlyList<(string Name, LabNode Node, int Host)> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var namespaces = _machines.AddNamespaces(wanted.Select(each => each.Name));
        PodPort[] pods =
        [
            .. wanted.Zip(
                namespaces,
                (each, machine) => new PodPort(each.Node, each.Host, machine, NextInterface())
            ),
        ];
        Batch(
            pods.Select(pod =>
                $"link add {Uplink} netns {pod.Namespace.Name} mtu {_plugin.Mtu} address {pod.HardwareAddress} type veth"
                + $" peer name {pod.NodeInterface} netns {pod.Node.Namespace.Name} mtu {_plugin.Mtu}"
            )
        );
        var onNodes = pods.GroupBy(pod => pod.Node)
            .Select(group => (group.Key.Namespace, Lines: group.SelectMany(_plugin.AttachOnNode)));
        var inPods = pods.Select(pod =>
            (
                pod.Namespace,
                Lines: (IEnumerable<string>)
                    ["link set lo up", $"link set {Uplink} up", .. _plugin.AttachInPod(pod)]
            )
        );

        // Nodes' ends first: a pod that is up finds its gateway.
        Parallel.ForEach(onNodes, each => each.Namespace.Batch(each.Lines));
        Parallel.ForEach(inPods, each => each.Namespace.Batch(each.Lines));
        return pods;
    }

    /// <summary>Ends a pod's programs and its link.</summary>
    public void DetachPod(PodPort pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        _machines.Remove(pod.Namespace);
    }

    /// <summary>The address that another node's pods see where this node's processes speak to them, or it forwards with its own address.</summary>
    public IPAddress AddressTowardsPods(LabNode node, bool v6)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (Mode == NetworkMode.Flannel)
        {
            return v6 ? AddressPlan.PodV6(node.Index, 0) : AddressPlan.PodV4(node.Index, 0);
        }

        return v6 ? node.V6 : node.V4;
    }

    /// <summary>
    /// Enters every neighbour for good, so that no neighbour discovery, which is ICMPv6, is among the traffic of tests that
    /// count all of it; and in the bridges behind which port it is: a frame whose way a bridge does not know it sends to every port, and so
    /// to nodes and pods that have no part in it.
    /// </summary>
    public void FixNeighbours(IReadOnlyList<PodPort> pods)
    {
        ArgumentNullException.ThrowIfNull(pods);
        var machines = Machines().ToArray();
        Parallel.ForEach(
            machines,
            machine =>
                machine.Namespace.Batch(
                    machines
                        .Where(other => other.Namespace != machine.Namespace)
                        .SelectMany(other => Neighbour(Uplink, other.HardwareAddress, other.V4, other.V6))
                        .Concat(
                            pods.Where(pod => pod.Node.Namespace == machine.Namespace)
                                .SelectMany(pod =>
                                    Neighbour(InterfaceTo(pod), pod.HardwareAddress, pod.V4, pod.V6)
                                )
                        )
                )
        );
        Parallel.ForEach(
            pods,
            pod =>
                pod.Namespace.Batch(
                    Gateways(pod)
                        .SelectMany(gateway =>
                            Neighbour(Uplink, _plugin.GatewayHardwareAddress(pod.Node), gateway)
                        )
                        .Concat(
                            pods.Where(other =>
                                    Mode != NetworkMode.Calico && other != pod && other.Node == pod.Node
                                )
                                .SelectMany(other =>
                                    Neighbour(Uplink, other.HardwareAddress, other.V4, other.V6)
                                )
                        )
                )
        );
        EnterPorts(_fabric, machines.Select(machine => (machine.HardwareAddress, machine.Label)));
        if (Mode != NetworkMode.Calico)
        {
            Parallel.ForEach(
                pods.GroupBy(pod => pod.Node.Namespace),
                node => EnterPorts(node.Key, node.Select(pod => (pod.HardwareAddress, pod.NodeInterface)))
            );
        }
    }

    private static void EnterPorts(
        NetworkNamespace bridge,
        IEnumerable<(string HardwareAddress, string Port)> entries
    ) =>
        ForwardingBatch(
            bridge,
            entries.Select(entry => $"fdb replace {entry.HardwareAddress} dev {entry.Port} master static")
        );

    private static void ForwardingBatch(NetworkNamespace machine, IEnumerable<string> lines) =>
        Command.Feed(string.Join('\n', lines) + "\n", "bridge", "-n", machine.Name, "-batch", "-");

    private static IEnumerable<string> Neighbour(
        string at,
        string hardwareAddress,
        params IEnumerable<IPAddress> addresses
    ) =>
        addresses.Select(each => $"neighbour replace {each} dev {at} lladdr {hardwareAddress} nud permanent");

    private static void Batch(IEnumerable<string> lines) =>
        Command.Feed(string.Join('\n', lines) + "\n", "ip", "-batch", "-");

    private string InterfaceTo(PodPort pod) =>
        Mode == NetworkMode.Calico ? pod.NodeInterface : BridgedPods.Bridge;

    private IEnumerable<IPAddress> Gateways(PodPort pod) =>
        Mode == NetworkMode.Calico
            ? [IPAddress.Parse(Calico.GatewayV4), IPAddress.Parse(Calico.GatewayV6)]
            : [AddressPlan.PodV4(pod.Node.Index, 1), AddressPlan.PodV6(pod.Node.Index, 1)];

    private string NextInterface() => $"{_plugin.InterfacePrefix}{Interlocked.Increment(ref _interfaces):x8}";

    private void Build()
    {
        foreach (var machine in Machines())
        {
            machine.Namespace.Set(Anywhere);
        }

        foreach (var node in Nodes)
        {
            node.Namespace.Set([.. OnNodes, .. _plugin.Settings]);
        }

        Batch(
            Machines()
                .Select(machine =>
                    $"link add {Uplink} netns {machine.Namespace.Name} address {machine.HardwareAddress} type veth peer name {machine.Label} netns {_fabric.Name}"
                )
        );
        _fabric.Batch([
            "link set lo up",
            "link add br0 type bridge mcast_snooping 0",
            "link set br0 up",
            .. Machines().Select(machine => $"link set {machine.Label} master br0 up"),
        ]);
        Parallel.ForEach(Machines(), machine => machine.Namespace.Batch(Start(machine)));
        Parallel.ForEach(
            Nodes,
            node =>
            {
                ForwardingBatch(node.Namespace, _plugin.Forward(node, Nodes));
                Command.Feed(
                    MasqueradeRules(node),
                    "nsenter",
                    $"--net={node.Namespace.Path}",
                    "nft",
                    "-f",
                    "-"
                );
            }
        );
    }

    private IEnumerable<string> Start(Machine machine)
    {
        IEnumerable<string> start =
        [
            "link set lo up",
            $"address add {machine.V4}/24 dev {Uplink}",
            $"address add {machine.V6}/64 dev {Uplink} nodad",
            $"link set {Uplink} up",
        ];
        if (machine.Namespace == Outside)
        {
            return start
                .Concat(AddressPlan.ExternalV4.Select(each => $"address add {each}/32 dev lo"))
                .Concat(AddressPlan.ExternalV6.Select(each => $"address add {each}/128 dev lo nodad"));
        }

        start =
        [
            .. start,
            $"route add default via {AddressPlan.OutsideV4}",
            $"route add ::/0 via {AddressPlan.OutsideV6}",
        ];
        if (machine.Node is { } node)
        {
            return start.Concat(_plugin.Join(node, Nodes));
        }

        // A node of the control plane knows the way to pods as the others do; of a tunnel it has no end.
        return Mode == NetworkMode.Flannel ? start : start.Concat(HostGateway.Routes(null, Nodes));
    }

    private string MasqueradeRules(LabNode node) =>
        string.Concat(
            ((string[])["ip", "ip6"]).Select(family =>
                $$"""
                    table {{family}} lab-cni {
                        chain postrouting {
                            type nat hook postrouting priority srcnat; policy accept;
                            {{string.Join("\n        ", _plugin.Masquerade(node, family))}}
                        }
                    }

                    """
            )
        );

    private IEnumerable<Machine> Machines() =>
        [
            new("outside", Outside, AddressPlan.OutsideV4, AddressPlan.OutsideV6),
            new("control", Control, AddressPlan.ControlV4, AddressPlan.ControlV6),
            .. Nodes.Select(node => new Machine(node.Name, node.Namespace, node.V4, node.V6, node)),
        ];

    private sealed record Machine(
        string Label,
        NetworkNamespace Namespace,
        IPAddress V4,
        IPAddress V6,
        LabNode? Node = null
    )
    {
        public string HardwareAddress => AddressPlan.HardwareAddress(V4);
    }
}
