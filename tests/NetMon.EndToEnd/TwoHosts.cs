using System.Net;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd;

/// <summary>
/// Two machines with a router between them:
/// <code>
///   host  eth0 ----- left  router  right ----- eth0  peer
///   10.66.1.1  hop 1 10.66.1.254   10.66.2.254 hop 2 10.66.2.2
/// </code>
/// The agent runs in host. With offloads, packets on hop 1 may be larger than the MTU; the router cuts them for hop 2, whose offloads
/// are off always, so that what peer's interface sees is what a wire would carry. The router also gathers segments from peer (GRO).
/// </summary>
internal sealed class TwoHosts : IDisposable
{
    public static readonly IPAddress HostV4 = IPAddress.Parse("10.66.1.1");
    public static readonly IPAddress HostV6 = IPAddress.Parse("fd66:1::1");
    public static readonly IPAddress PeerV4 = IPAddress.Parse("10.66.2.2");
    public static readonly IPAddress PeerV6 = IPAddress.Parse("fd66:2::2");

    private readonly LabNetwork _network = new();

    public TwoHosts(bool offloads)
    {
        Host = _network.AddNamespace("host");
        Router = _network.AddNamespace("router");
        Peer = _network.AddNamespace("peer");
        LabNetwork.Connect(Host, "eth0", Router, "left");
        LabNetwork.Connect(Router, "right", Peer, "eth0");
        HostInterface = new LabInterface(Host, "eth0");
        PeerInterface = new LabInterface(Peer, "eth0");
        RouterInterface = new LabInterface(Router, "left");
        var right = new LabInterface(Router, "right");

        HostInterface.SetOffloads(offloads);
        RouterInterface.SetOffloads(offloads);
        right.SetOffloads(false);
        PeerInterface.SetOffloads(false);
        if (offloads)
        {
            Router.Run("ethtool", "-K", right.Name, "gro", "on");
        }

        Address(HostInterface, $"{HostV4}/24", $"{HostV6}/64");
        Address(RouterInterface, "10.66.1.254/24", "fd66:1::fe/64");
        Address(right, "10.66.2.254/24", "fd66:2::fe/64");
        Address(PeerInterface, $"{PeerV4}/24", $"{PeerV6}/64");
        Route(Host, "10.66.1.254", "fd66:1::fe");
        Route(Peer, "10.66.2.254", "fd66:2::fe");
        Neighbours(Host, HostInterface, RouterInterface, "10.66.1.254", "fd66:1::fe");
        Neighbours(Router, RouterInterface, HostInterface, $"{HostV4}", $"{HostV6}");
        Neighbours(Router, right, PeerInterface, $"{PeerV4}", $"{PeerV6}");
        Neighbours(Peer, PeerInterface, right, "10.66.2.254", "fd66:2::fe");
        Router.Set("ipv4/ip_forward", "1");
        Router.Set("ipv6/conf/all/forwarding", "1");
    }

    public NetworkNamespace Host { get; }

    public NetworkNamespace Router { get; }

    public NetworkNamespace Peer { get; }

    /// <summary>Where the agent observes.</summary>
    public LabInterface HostInterface { get; }

    /// <summary>The router's end of the host's link.</summary>
    public LabInterface RouterInterface { get; }

    /// <summary>Where packets are as on a wire.</summary>
    public LabInterface PeerInterface { get; }

    public void Dispose() => _network.Dispose();

    private static void Address(LabInterface to, string v4, string v6)
    {
        to.AddAddress(v4);
        to.AddAddress(v6);
    }

    // For good: whether a neighbour is still there would be asked for seconds later, at times of the kernel's choice.
    private static void Neighbours(
        NetworkNamespace of,
        LabInterface at,
        LabInterface to,
        params IEnumerable<string> addresses
    )
    {
        var hardware = string.Join(':', to.HardwareAddress.GetAddressBytes().Select(part => $"{part:x2}"));
        of.Batch(
            addresses.Select(each =>
                $"neighbour replace {each} dev {at.Name} lladdr {hardware} nud permanent"
            )
        );
    }

    private static void Route(NetworkNamespace of, string v4, string v6)
    {
        of.Run("ip", "route", "add", "default", "via", v4);
        of.Run("ip", "-6", "route", "add", "default", "via", v6);
    }
}
