using System.Runtime.InteropServices;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>RTM_NEWLINK, RTM_DELLINK: what the kernel says about an interface.</summary>
/// <remarks>
/// struct ifinfomsg (linux/rtnetlink.h), host byte order, then attributes IFLA_...:
/// <code>
///  0        1     2          4         8         12        16
///  | family | pad | hardware | index   | flags   | change  | attributes ...
/// </code>
/// </remarks>
internal ref struct LinkMessage
{
    private const int FixedBytes = 16;

    /// <summary>IFNAMSIZ, and the longest kind a module can have.</summary>
    private const int MaxName = 16;
    private const int MaxKind = 64;

    public byte Family;
    public ushort Hardware;
    public int Index;
    public uint Flags;

    /// <summary>Without NUL; empty if the message has none, as some partial notifications (wireless) do.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>IFLA_INFO_KIND without NUL: veth, bridge, vxlan, ...; empty for a device of hardware.</summary>
    public ReadOnlySpan<byte> Kind;

    /// <summary>The interface below, or a veth's peer, by its index in its own namespace; 0 = none.</summary>
    public int LowerIndex;
    public int MasterIndex;

    /// <summary>The namespace of <see cref="LowerIndex"/>, if it is another one; -1: the kernel has no number for it.</summary>
    public int? LowerNamespace;

    /// <returns>False for anything that is not whole.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, out LinkMessage message)
    {
        message = default;
        if (payload.Length < FixedBytes)
        {
            return false;
        }

        message.Family = payload[0];
        message.Hardware = MemoryMarshal.Read<ushort>(payload[2..]);
        message.Index = MemoryMarshal.Read<int>(payload[4..]);
        message.Flags = MemoryMarshal.Read<uint>(payload[8..]);
        var attributes = new NetlinkAttributeReader(payload[FixedBytes..]);
        while (attributes.TryRead(out var type, out var value))
        {
            if (!message.TryTake(type, value))
            {
                return false;
            }
        }

        return !attributes.Malformed && message.Index > 0;
    }

    private bool TryTake(ushort type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case IFLA_IFNAME:
                Name = NetlinkEncoding.Text(value);
                return Name.Length is > 0 and < MaxName;
            case IFLA_LINK:
                return NetlinkEncoding.TryReadNumber(value, out LowerIndex);
            case IFLA_MASTER:
                return NetlinkEncoding.TryReadNumber(value, out MasterIndex);
            case IFLA_LINK_NETNSID:
                var known = NetlinkEncoding.TryReadNumber(value, out int number);
                LowerNamespace = number;
                return known;
            case IFLA_LINKINFO:
                return TryTakeInfo(value);
            default:
                return true;
        }
    }

    private bool TryTakeInfo(ReadOnlySpan<byte> info)
    {
        var attributes = new NetlinkAttributeReader(info);
        while (attributes.TryRead(out var type, out var value))
        {
            if (type == IFLA_INFO_KIND)
            {
                Kind = NetlinkEncoding.Text(value);
                if (Kind.Length > MaxKind)
                {
                    return false;
                }
            }
        }

        return !attributes.Malformed;
    }
}
