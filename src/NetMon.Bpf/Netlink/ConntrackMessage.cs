using System.Buffers.Binary;
using static NetMon.Bpf.Netlink.ConntrackProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>IPCTNL_MSG_CT_NEW, the answer to IPCTNL_MSG_CT_GET: a tracked connection.</summary>
/// <remarks>
/// struct nfgenmsg (linux/nfnetlink.h), then attributes CTA_...; addresses and ports in network order:
/// <code>
///  0        1         2             4
///  | family | version | resource id | attributes ...
///
///  CTA_TUPLE_ORIG, CTA_TUPLE_REPLY
///    CTA_TUPLE_IP      CTA_IP_V4_SRC, _DST: 4 bytes, or CTA_IP_V6_SRC, _DST: 16 bytes
///    CTA_TUPLE_PROTO   CTA_PROTO_NUM: 1 byte; CTA_PROTO_SRC_PORT, _DST_PORT: 2 bytes, or CTA_PROTO_ICMP(V6)_ID: 2 bytes, _TYPE, _CODE: 1 byte
/// </code>
/// </remarks>
internal static class ConntrackMessage
{
    private const int FixedBytes = 4;

    /// <returns>False for anything that is not whole.</returns>
    public static bool TryParse(
        ReadOnlySpan<byte> payload,
        out ConnectionTuple original,
        out ConnectionTuple reply
    )
    {
        original = default;
        reply = default;
        if (payload.Length < FixedBytes)
        {
            return false;
        }

        var attributes = new NetlinkAttributeReader(payload[FixedBytes..]);
        var (hasOriginal, hasReply) = (false, false);

        // The tuples come first: of what the kernel tells besides, nothing need be read.
        while (!(hasOriginal && hasReply) && attributes.TryRead(out var type, out var value))
        {
            switch (type)
            {
                case CTA_TUPLE_ORIG:
                    hasOriginal = TryParseTuple(value, out original);
                    break;
                case CTA_TUPLE_REPLY:
                    hasReply = TryParseTuple(value, out reply);
                    break;
            }
        }

        return hasOriginal && hasReply;
    }

    private static bool TryParseTuple(ReadOnlySpan<byte> value, out ConnectionTuple tuple)
    {
        tuple = default;
        var (hasAddresses, hasProtocol) = (false, false);
        var attributes = new NetlinkAttributeReader(value);
        while (attributes.TryRead(out var type, out var part))
        {
            switch (type)
            {
                case CTA_TUPLE_IP:
                    hasAddresses = TryParseAddresses(part, ref tuple);
                    break;
                case CTA_TUPLE_PROTO:
                    hasProtocol = TryParseProtocol(part, ref tuple);
                    break;
            }
        }

        return hasAddresses && hasProtocol && !attributes.Malformed;
    }

    private static bool TryParseAddresses(ReadOnlySpan<byte> value, ref ConnectionTuple tuple)
    {
        var (hasSource, hasDestination) = (false, false);
        var attributes = new NetlinkAttributeReader(value);
        while (attributes.TryRead(out var type, out var address))
        {
            switch (type)
            {
                case CTA_IP_V4_SRC or CTA_IP_V6_SRC:
                    hasSource = TryTake(type == CTA_IP_V4_SRC, address, tuple.Source);
                    break;
                case CTA_IP_V4_DST or CTA_IP_V6_DST:
                    hasDestination = TryTake(type == CTA_IP_V4_DST, address, tuple.Destination);
                    break;
            }
        }

        return hasSource && hasDestination && !attributes.Malformed;
    }

    private static bool TryTake(bool isIPv4, ReadOnlySpan<byte> address, Span<byte> destination)
    {
        if (address.Length != (isIPv4 ? 4 : 16))
        {
            return false;
        }

        destination.Clear();
        if (isIPv4)
        {
            destination[10..12].Fill(0xff);
        }

        address.CopyTo(destination[(isIPv4 ? 12 : 0)..]);
        return true;
    }

    private static bool TryParseProtocol(ReadOnlySpan<byte> value, ref ConnectionTuple tuple)
    {
        var hasNumber = false;
        var attributes = new NetlinkAttributeReader(value);
        while (attributes.TryRead(out var type, out var part))
        {
            switch (type)
            {
                case CTA_PROTO_NUM:
                    hasNumber = NetlinkEncoding.TryReadNumber(part, out tuple.Protocol);
                    break;
                case CTA_PROTO_SRC_PORT when part.Length == 2:
                    tuple.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(part);
                    break;
                case CTA_PROTO_DST_PORT when part.Length == 2:
                    tuple.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(part);
                    break;
                case CTA_PROTO_ICMP_ID or CTA_PROTO_ICMPV6_ID when part.Length == 2:
                    tuple.SourcePort = tuple.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(part);
                    break;
            }
        }

        return hasNumber && !attributes.Malformed;
    }
}
