using System.Runtime.InteropServices;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>RTM_NEWROUTE, RTM_DELROUTE.</summary>
/// <remarks>
/// struct rtmsg (linux/rtnetlink.h), then attributes RTA_...:
/// <code>
///  0        1          2          3     4       5       6       7      8        12
///  | family | dst bits | src bits | tos | table | proto | scope | type | flags  | attributes ...
/// </code>
/// RTA_MULTIPATH holds a run of struct rtnexthop:
/// <code>
///  0        2       3      4         8
///  | length | flags | hops | index   | attributes ... | pad to 4
/// </code>
/// </remarks>
internal ref struct RouteMessage
{
    private const int FixedBytes = 12;

    public byte Family;
    public byte DestinationBits;
    public byte Type;
    public uint Flags;
    public uint Table;

    /// <summary>The interface of a route with one next hop; 0 = none.</summary>
    public int OutIndex;
    private ReadOnlySpan<byte> _nextHops;

    /// <summary>A route of packets that no other route of its table takes, by which they leave the host.</summary>
    public readonly bool IsDefault =>
        DestinationBits == 0
        && Type == RTN_UNICAST
        && Table != RT_TABLE_LOCAL
        && (Flags & RTM_F_CLONED) == 0
        && Family is AF_INET or AF_INET6;

    /// <returns>False for anything that is not whole.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, out RouteMessage message)
    {
        message = default;
        if (payload.Length < FixedBytes)
        {
            return false;
        }

        message.Family = payload[0];
        message.DestinationBits = payload[1];
        message.Table = payload[4];
        message.Type = payload[7];
        message.Flags = MemoryMarshal.Read<uint>(payload[8..]);
        var attributes = new NetlinkAttributeReader(payload[FixedBytes..]);
        while (attributes.TryRead(out var type, out var value))
        {
            var whole = type switch
            {
                RTA_OIF => NetlinkEncoding.TryReadNumber(value, out message.OutIndex),
                RTA_TABLE => NetlinkEncoding.TryReadNumber(value, out message.Table),
                _ => true,
            };
            if (!whole)
            {
                return false;
            }

            if (type == RTA_MULTIPATH)
            {
                message._nextHops = value;
            }
        }

        return !attributes.Malformed;
    }

    /// <summary>The interfaces of the next hops of a route with several.</summary>
    public readonly NextHopReader NextHops => new(_nextHops);

    internal ref struct NextHopReader(ReadOnlySpan<byte> nextHops)
    {
        private const int HeaderBytes = 8;

        private ReadOnlySpan<byte> _rest = nextHops;

        /// <returns>False at the end, and where a length is wrong.</returns>
        public bool TryRead(out int index)
        {
            index = 0;
            if (_rest.Length < HeaderBytes)
            {
                return false;
            }

            var length = MemoryMarshal.Read<ushort>(_rest);
            if (length < HeaderBytes || length > _rest.Length)
            {
                return false;
            }

            index = MemoryMarshal.Read<int>(_rest[4..]);
            _rest = _rest[Math.Min(NetlinkEncoding.Align(length), _rest.Length)..];
            return true;
        }
    }
}
