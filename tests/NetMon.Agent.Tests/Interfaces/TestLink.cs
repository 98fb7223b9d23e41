using System.Net;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Tests.Interfaces;

internal static class TestLink
{
    private static readonly LinkAddress Address = new(IPAddress.Parse("192.0.2.1"), 24, Global: true);

    /// <summary>An interface that is up, of hardware unless a kind is given.</summary>
    public static NetworkLink Make(
        int index,
        string name,
        string kind = "",
        bool address = false,
        bool route = false,
        bool peerElsewhere = false,
        int master = 0,
        bool up = true,
        bool loopback = false,
        LinkLayer link = LinkLayer.Ethernet
    ) =>
        new(
            index,
            name,
            link,
            up,
            up,
            loopback,
            kind,
            LowerIndex: peerElsewhere ? 2 : 0,
            peerElsewhere,
            PeerNamespace: null,
            master,
            route,
            address ? [Address] : []
        );

    /// <summary>The host's side of a pod's veth.</summary>
    public static NetworkLink Pod(int index, string name) => Make(index, name, "veth", peerElsewhere: true);

    /// <summary>Hardware with the default route.</summary>
    public static NetworkLink Uplink(int index, string name) => Make(index, name, address: true, route: true);
}
