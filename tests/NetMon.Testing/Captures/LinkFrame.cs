using System.Buffers.Binary;

namespace NetMon.Testing.Captures;

public enum LinkFrameKind
{
    /// <summary>An Ethernet frame, as a program on a device with link header sees it.</summary>
    Ethernet,

    /// <summary>An IP packet, as a program on a device without link header sees it.</summary>
    Ip,

    /// <summary>The capture's link header says that it is not IP (ARP, LCP, STP, ...): no device without link header would carry it.</summary>
    Other,
}

/// <summary>What is left of a captured packet once the capture's own link header is gone.</summary>
/// <param name="Protocol">EtherType where the link header gives one (or a PPP number below 0x0600 turned into one); else 0.</param>
/// <param name="Missing">Bytes at the end that were on the wire and that the capture did not keep.</param>
public readonly record struct LinkFrame(
    LinkFrameKind Kind,
    ushort Protocol,
    ReadOnlyMemory<byte> Data,
    int Missing
)
{
    private const ushort EtherTypeIPv4 = 0x0800;
    private const ushort EtherTypeIPv6 = 0x86dd;
    private const ushort EtherTypeVlan = 0x8100;

    /// <exception cref="NotSupportedException">A link type that none of the captures has; it is named.</exception>
    public static LinkFrame Of(CapturedPacket packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var data = packet.Data;
        var missing = packet.WireLength - data.Length;
        var bytes = data.Span;
        return packet.Link switch
        {
            LinkType.Ethernet => new(LinkFrameKind.Ethernet, 0, data, missing),
            LinkType.Raw or LinkType.RawBsd or LinkType.RawOpenBsd or LinkType.IPv4 or LinkType.IPv6 => new(
                LinkFrameKind.Ip,
                0,
                data,
                missing
            ),
            LinkType.Null => OfFamily(BinaryPrimitives.ReadUInt32LittleEndian(bytes), data, missing),
            LinkType.Loop => OfFamily(BinaryPrimitives.ReadUInt32BigEndian(bytes), data, missing),
            LinkType.LinuxCooked => OfEtherType(bytes[14..], data[16..], missing),
            LinkType.LinuxCooked2 => OfEtherType(bytes, data[20..], missing),
            LinkType.CiscoHdlc => OfEtherType(bytes[2..], data[4..], missing),
            LinkType.Ppp => OfPpp(data, missing),
            LinkType.NetfilterLog => OfNetfilterLog(data, missing),
            _ => throw new NotSupportedException($"link type {(int)packet.Link}"),
        };
    }

    private static LinkFrame OfEtherType(ReadOnlySpan<byte> type, ReadOnlyMemory<byte> payload, int missing)
    {
        var protocol = BinaryPrimitives.ReadUInt16BigEndian(type);
        if (protocol == EtherTypeVlan)
        {
            return OfEtherType(payload.Span[2..], payload[4..], missing);
        }

        var kind = protocol is EtherTypeIPv4 or EtherTypeIPv6 ? LinkFrameKind.Ip : LinkFrameKind.Other;
        return new(kind, protocol, payload, missing);
    }

    // AF_INET is 2 everywhere; AF_INET6 is 10 (Linux), 24 (BSD), 28 (FreeBSD), 30 (Darwin).
    private static LinkFrame OfFamily(uint family, ReadOnlyMemory<byte> data, int missing)
    {
        var swapped = BinaryPrimitives.ReverseEndianness(family);
        return Math.Min(family, swapped) switch
        {
            2 => new(LinkFrameKind.Ip, EtherTypeIPv4, data[4..], missing),
            10 or 24 or 28 or 30 => new(LinkFrameKind.Ip, EtherTypeIPv6, data[4..], missing),
            _ => new(LinkFrameKind.Other, 0, data[4..], missing),
        };
    }

    // RFC 1662: address and control may be compressed away.
    private static LinkFrame OfPpp(ReadOnlyMemory<byte> data, int missing)
    {
        var start = data.Span is [0xff, 0x03, ..] ? 2 : 0;
        var payload = data[(start + 2)..];
        return BinaryPrimitives.ReadUInt16BigEndian(data.Span[start..]) switch
        {
            0x0021 => new(LinkFrameKind.Ip, EtherTypeIPv4, payload, missing),
            0x0057 => new(LinkFrameKind.Ip, EtherTypeIPv6, payload, missing),
            _ => new(LinkFrameKind.Other, 0, payload, missing),
        };
    }

    // family 1 | version 1 | resource 2 (big endian) | attributes: length 2, type 2 in the capturing machine's order, padded to 4.
    private static LinkFrame OfNetfilterLog(ReadOnlyMemory<byte> data, int missing)
    {
        const int Payload = 9;
        var littleEndian = true;
        for (var at = 4; at + 4 <= data.Length; )
        {
            var attribute = data.Span[at..];
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attribute);
            littleEndian &= length is >= 4 && length <= attribute.Length;
            var type = BinaryPrimitives.ReadUInt16LittleEndian(attribute[2..]);
            if (!littleEndian)
            {
                length = BinaryPrimitives.ReadUInt16BigEndian(attribute);
                type = BinaryPrimitives.ReadUInt16BigEndian(attribute[2..]);
            }

            if (type == Payload)
            {
                return new(LinkFrameKind.Ip, 0, data.Slice(at + 4, length - 4), missing);
            }

            at += Math.Max(4, (length + 3) & ~3);
        }

        return new(LinkFrameKind.Other, 0, data[4..], missing);
    }
}
