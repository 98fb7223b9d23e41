using System.Collections.Immutable;
using System.IO.Enumeration;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Interfaces;

/// <summary>Which interfaces are observed, and as what.</summary>
/// <remarks>
/// By default: pods' own interfaces (a veth whose peer is in another network namespace) and uplinks (a default route, or an address of the
/// node's). Left out are loopback and bridges, whose packets are seen at pods and uplinks, and ports of a bridge or bond, whose
/// packets are seen at its master; but where a bridge holds the default route, its physical ports are the uplinks. A tunnel is an uplink, too: what the
/// host itself sends through it, and what it forwards between it and another uplink, is seen nowhere else but in its wrapping.
/// </remarks>
internal sealed class InterfaceRules(CaptureOptions options)
{
    private static readonly string[] PodKinds = ["veth", "netkit"];
    private static readonly string[] UplinkPortKinds = ["", "bond", "team", "vlan"];

    // As rtnetlink names them (IFLA_INFO_KIND): links that carry what other links carry already, or no packets of their own.
    private static readonly string[] LeftOut = ["bridge", "vrf", "dummy", "ifb", "nlmon", "openvswitch"];

    // Some network plugins give theirs no address.
    private static readonly string[] Tunnels =
    [
        "vxlan",
        "geneve",
        "ipip",
        "ip6tnl",
        "sit",
        "gre",
        "gretap",
        "ip6gre",
        "ip6gretap",
        "erspan",
        "ip6erspan",
        "vti",
        "vti6",
        "xfrm",
        "wireguard",
        "bareudp",
        "gtp",
    ];

    /// <summary>What the interface is to be observed as; null if it is not.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="links">All interfaces, by index.</param>
    /// <param name="attached">Whether it is observed now: then it stays so while it is down.</param>
    public InterfaceKind? Choose(
        in NetworkLink link,
        ImmutableDictionary<int, NetworkLink> links,
        bool attached
    )
    {
        if ((!link.Up && !attached) || Matches(options.Exclude, link.Name))
        {
            return null;
        }

        var kind = KindOf(in link, links);
        if (options.Interfaces.Count > 0)
        {
            return Matches(options.Interfaces, link.Name) ? kind ?? InterfaceKind.Other : null;
        }

        return link.Link == LinkLayer.Unsupported ? null : kind;
    }

    /// <summary>Whether a pod or container is behind the interface.</summary>
    /// <remarks>In a container's own namespace the veth with the default route is the uplink, though its peer is elsewhere too.</remarks>
    public static bool IsPodInterface(in NetworkLink link) =>
        PodKinds.Contains(link.Kind) && link.PeerInOtherNamespace && !link.HasDefaultRoute;

    private static InterfaceKind? KindOf(in NetworkLink link, ImmutableDictionary<int, NetworkLink> links)
    {
        if (IsPodInterface(in link))
        {
            return InterfaceKind.Pod;
        }

        if (link.Loopback || LeftOut.Contains(link.Kind))
        {
            return null;
        }

        if (link.MasterIndex != 0 && links.TryGetValue(link.MasterIndex, out var master))
        {
            var uplinkPort =
                string.Equals(master.Kind, "bridge", StringComparison.Ordinal)
                && master.HasDefaultRoute
                && UplinkPortKinds.Contains(link.Kind);
            if (uplinkPort)
            {
                return InterfaceKind.Uplink;
            }

            if (!string.Equals(master.Kind, "vrf", StringComparison.Ordinal))
            {
                return null;
            }
        }

        return link.HasDefaultRoute || link.HasAddress || Tunnels.Contains(link.Kind)
            ? InterfaceKind.Uplink
            : null;
    }

    private static bool Matches(IReadOnlyList<string> patterns, string name)
    {
        foreach (var pattern in patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
