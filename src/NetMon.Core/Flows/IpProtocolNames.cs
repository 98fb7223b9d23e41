using System.Collections.Frozen;
using System.Globalization;

namespace NetMon.Core.Flows;

/// <summary>IP protocol numbers that the code names.</summary>
/// <remarks>IANA, Assigned Internet Protocol Numbers.</remarks>
public static class IpProtocol
{
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte IcmpV6 = 58;
    public const byte Sctp = 132;
    public const byte UdpLite = 136;

    /// <summary>
    /// Whether a flow of this protocol has ports. ICMP has an identifier instead; other protocols are not looked
    /// into.
    /// </summary>
    public static bool HasPorts(byte protocol) => protocol is Tcp or Udp or Sctp or UdpLite;

    public static bool IsIcmp(byte protocol) => protocol is Icmp or IcmpV6;
}

/// <summary>Lower-case names of IP protocols, as in /etc/protocols; a number without a name is its own name.</summary>
public static class IpProtocolNames
{
    private static readonly (byte Number, string Name)[] Known =
    [
        (0, "hopopt"),
        (IpProtocol.Icmp, "icmp"),
        (2, "igmp"),
        (4, "ipip"),
        (IpProtocol.Tcp, "tcp"),
        (8, "egp"),
        (9, "igp"),
        (IpProtocol.Udp, "udp"),
        (33, "dccp"),
        (41, "ipv6"),
        (43, "ipv6-route"),
        (44, "ipv6-frag"),
        (46, "rsvp"),
        (47, "gre"),
        (50, "esp"),
        (51, "ah"),
        (IpProtocol.IcmpV6, "icmpv6"),
        (59, "ipv6-nonxt"),
        (60, "ipv6-opts"),
        (88, "eigrp"),
        (89, "ospf"),
        (94, "ipip-wrap"),
        (97, "etherip"),
        (98, "encap"),
        (103, "pim"),
        (108, "ipcomp"),
        (112, "vrrp"),
        (115, "l2tp"),
        (IpProtocol.Sctp, "sctp"),
        (133, "fc"),
        (135, "mobility-header"),
        (IpProtocol.UdpLite, "udplite"),
        (137, "mpls-in-ip"),
        (139, "hip"),
        (140, "shim6"),
        (143, "ethernet"),
        (255, "raw"),
    ];

    private static readonly string[] Names = BuildNames();

    private static readonly FrozenDictionary<string, byte> Numbers = Known.ToFrozenDictionary(
        known => known.Name,
        known => known.Number,
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>The protocol's name; never allocates.</summary>
    public static string Name(byte protocol) => Names[protocol];

    /// <summary>The protocol that a name (in any case) or a decimal number 0..255 stands for.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out byte protocol) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out protocol)
        || Numbers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out protocol);

    private static string[] BuildNames()
    {
        var names = new string[256];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = i.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (number, name) in Known)
        {
            names[number] = name;
        }

        return names;
    }
}
