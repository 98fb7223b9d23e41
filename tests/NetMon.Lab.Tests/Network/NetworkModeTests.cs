using System.Net;
using System.Net.Sockets;
using NetMon.Lab.Network;
using NetMon.Testing.Lab;

namespace NetMon.Lab.Tests.Network;

public sealed class NetworkModeTests
{
    [SkippableTheory]
    [InlineData(NetworkMode.Flannel)]
    [InlineData(NetworkMode.Calico)]
    [InlineData(NetworkMode.HostGateway)]
    public void Everything_reaches_everything_by_IPv4_and_IPv6(NetworkMode mode)
    {
        LabRequirements.SkipIfMissing("ping");
        using var machines = new LabNetwork();
        var cluster = new ClusterNetwork(machines, mode, nodes: 2);
        var pods = cluster.AttachPods([
            ("a", cluster.Nodes[0], 2),
            ("b", cluster.Nodes[0], 3),
            ("c", cluster.Nodes[1], 2),
        ]);
        var (a, node) = (pods[0], cluster.Nodes[0]);

        IPAddress[] targets =
        [
            .. pods.SelectMany(pod => (IPAddress[])[pod.V4, pod.V6]),
            .. cluster.Nodes.SelectMany(each => (IPAddress[])[each.V4, each.V6]),
            AddressPlan.ControlV4,
            AddressPlan.ExternalV4[1],
            AddressPlan.ExternalV6[1],
        ];
        (string From, NetworkNamespace Machine)[] clients = [("pod", a.Namespace), ("node", node.Namespace)];
        var unreachable = targets
            .SelectMany(target =>
                clients.Where(each => !Ping(each.Machine, target)).Select(each => $"{each.From} to {target}")
            )
            .ToArray();

        Assert.Empty(unreachable);
    }

    [SkippableTheory]
    [InlineData(NetworkMode.Flannel)]
    [InlineData(NetworkMode.HostGateway)]
    public void With_fixed_neighbours_no_bridge_has_to_learn_where_anybody_is(NetworkMode mode)
    {
        LabRequirements.SkipIfMissing("bridge");
        using var machines = new LabNetwork();
        var cluster = new ClusterNetwork(machines, mode, nodes: 2);
        var pods = cluster.AttachPods([("a", cluster.Nodes[0], 2), ("b", cluster.Nodes[0], 3)]);
        cluster.FixNeighbours(pods);

        var onNode = Entries(cluster.Nodes[0].Namespace.Name, "cni0");
        Assert.All(pods, pod => Assert.Contains($"{pod.HardwareAddress} dev {pod.NodeInterface} ", onNode));
        var inFabric = Entries($"{machines.Name}-fabric", "br0");
        Assert.All(
            cluster.Nodes,
            node => Assert.Contains($"{AddressPlan.HardwareAddress(node.V4)} dev {node.Name} ", inFabric)
        );
        Assert.Contains($"{AddressPlan.HardwareAddress(AddressPlan.OutsideV4)} dev outside ", inFabric);

        static string Entries(string machine, string bridge) =>
            string.Join(
                '\n',
                Command
                    .Run("bridge", "-n", machine, "fdb", "show", "br", bridge)
                    .Split('\n')
                    .Where(line => line.EndsWith("static", StringComparison.Ordinal))
            );
    }

    [SkippableTheory]
    [InlineData(NetworkMode.Flannel, "172.18.0.11", "172.18.0.11", "10.244.1.2")]
    [InlineData(NetworkMode.Calico, "172.18.0.11", "172.18.0.11", "10.244.1.2")]
    [InlineData(NetworkMode.HostGateway, "172.18.0.11", "10.244.1.2", "10.244.1.2")]
    public void A_pods_source_address_is_replaced_where_the_real_plugin_replaces_it(
        NetworkMode mode,
        string outside,
        string node,
        string pod
    )
    {
        LabRequirements.SkipIfMissing();
        using var machines = new LabNetwork();
        var cluster = new ClusterNetwork(machines, mode, nodes: 2);
        var pods = cluster.AttachPods([("a", cluster.Nodes[0], 2), ("c", cluster.Nodes[1], 2)]);
        var from = pods[0].Namespace;

        Assert.Equal(outside, SourceSeen(from, cluster.Outside, AddressPlan.ExternalV4[0]));
        Assert.Equal("fd18::11", SourceSeen(from, cluster.Outside, AddressPlan.ExternalV6[0]));
        Assert.Equal(node, SourceSeen(from, cluster.Nodes[1].Namespace, cluster.Nodes[1].V4));
        Assert.Equal(pod, SourceSeen(from, pods[1].Namespace, pods[1].V4));
        Assert.Equal(
            cluster.AddressTowardsPods(cluster.Nodes[0], v6: false).ToString(),
            SourceSeen(cluster.Nodes[0].Namespace, pods[1].Namespace, pods[1].V4)
        );
        Assert.Equal(
            cluster.AddressTowardsPods(cluster.Nodes[0], v6: true).ToString(),
            SourceSeen(cluster.Nodes[0].Namespace, pods[1].Namespace, pods[1].V6)
        );
    }

    private static bool Ping(NetworkNamespace from, IPAddress to)
    {
        using var ping = from.Start("ping", "-n", "-c", "1", "-W", "3", to.ToString());
        return ping.WaitForExit(success: false).ExitCode == 0;
    }

    /// <summary>What the server takes for the client of a connection.</summary>
    private static string SourceSeen(NetworkNamespace client, NetworkNamespace server, IPAddress address)
    {
        using var listener = server.Inside(() =>
        {
            var made = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            made.Bind(new IPEndPoint(address, 7000));
            made.Listen();
            return made;
        });
        using var asking = client.Inside(() =>
        {
            var made = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            made.Connect(address, 7000);
            return made;
        });
        using var accepted = listener.Accept();
        return ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString();
    }
}
