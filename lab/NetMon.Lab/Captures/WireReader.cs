using System.Buffers.Binary;
using System.Net;

namespace NetMon.Lab.Captures;

/// <summary>
/// Adds up a capture by flow, by NetMon's definition of a flow but with none of its code: fragments belong to their datagram's flow, an
/// ICMP error to the flow it quotes (on the way that it travels), an echo to its identifier.
/// </summary>
/// <remarks>Expects whole packets, no offloads. tshark agrees: a test compares.</remarks>
public sealed class WireReader
{
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Icmp6 = 58;
    private const byte Fragment6 = 44;
    private const byte Sctp = 132;
    private const byte UdpLite = 136;

    private readonly Dictionary<
        (IPAddress, IPAddress, uint, byte),
        (int Source, int Destination)
    > _fragments = [];

    public FlowTally Tally { get; } = new();

    /// <summary>Frames that carry no IP.</summary>
    public long Others { get; private set; }

    /// <param name="from">Packets before this time are left out.</param>
    public static FlowTally Read(string path, DateTimeOffset from = default)
    {
        var reader = new WireReader();
        var fromNs = from == default ? 0 : (from - DateTimeOffset.UnixEpoch).Ticks * 100;
        foreach (var packet in CaptureFile.Read(path).Where(packet => packet.TimeNs >= fromNs))
        {
            reader.Add(packet.Data.Span);
        }

        return reader.Tally;
    }

    /// <param name="frame">An Ethernet frame; may be cut short after the transport header.</param>
    public void Add(ReadOnlySpan<byte> frame)
    {
        var at = 12;
        var type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        while (type is 0x8100 or 0x88a8)
        {
            at += 4;
            type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        }

        var ip = frame[(at + 2)..];
        if (type is not (0x0800 or 0x86dd))
        {
            Others++;
            return;
        }

        var packet = type == 0x0800 ? ReadIPv4(ip) : ReadIPv6(ip);
        Tally.Add(WayOf(packet, ip), new Count(1, packet.Bytes));
    }

    private readonly record struct IpPacket(
        IPAddress Source,
        IPAddress Destination,
        byte Protocol,
        int Bytes,
        int Header,
        uint FragmentId,
        bool LaterFragment,
        bool FirstFragment
    );

    private static IpPacket ReadIPv4(ReadOnlySpan<byte> ip)
    {
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        var offset = fragment & 0x1fff;
        return new(
            new IPAddress(ip.Slice(12, 4)),
            new IPAddress(ip.Slice(16, 4)),
            ip[9],
            BinaryPrimitives.ReadUInt16BigEndian(ip[2..]),
            (ip[0] & 0xf) * 4,
            BinaryPrimitives.ReadUInt16BigEndian(ip[4..]),
            offset != 0,
            offset == 0 && (fragment & 0x2000) != 0
        );
    }

    private static IpPacket ReadIPv6(ReadOnlySpan<byte> ip)
    {
        var next = ip[6];
        var at = 40;
        uint id = 0;
        bool later = false,
            first = false;

        // Hop-by-hop, routing, destination options: length in units of 8 bytes, less the first.
        while (next is 0 or 43 or 60 or Fragment6 && !later)
        {
            if (next == Fragment6)
            {
                var fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[(at + 2)..]);
                id = BinaryPrimitives.ReadUInt32BigEndian(ip[(at + 4)..]);
                later = fragment >> 3 != 0;
                first = !later && (fragment & 1) != 0;
                next = ip[at];
                at += 8;
                continue;
            }

            var length = (ip[at + 1] + 1) * 8;
            next = ip[at];
            at += length;
        }

        return new(
            new IPAddress(ip.Slice(8, 16)),
            new IPAddress(ip.Slice(24, 16)),
            next,
            40 + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]),
            at,
            id,
            later,
            first
        );
    }

    private Way WayOf(in IpPacket packet, ReadOnlySpan<byte> ip)
    {
        var datagram = (packet.Source, packet.Destination, packet.FragmentId, packet.Protocol);
        if (packet.LaterFragment)
        {
            var (source, destination) = _fragments.GetValueOrDefault(datagram);
            return new(packet.Protocol, packet.Source, source, packet.Destination, destination);
        }

        var transport = ip[packet.Header..];
        if (IsError(packet.Protocol, transport) && Quoted(packet, transport[8..]) is { } quoted)
        {
            return quoted;
        }

        var ports = Ports(packet.Protocol, transport);
        if (packet.FirstFragment)
        {
            _fragments[datagram] = ports;
        }

        return new(packet.Protocol, packet.Source, ports.Source, packet.Destination, ports.Destination);
    }

    // The error travels against the packet that it quotes: it counts for the quoted destination's side.
    private Way? Quoted(in IpPacket error, ReadOnlySpan<byte> quote)
    {
        if (quote.Length < 28)
        {
            return null;
        }

        var inner = error.Protocol == Icmp ? ReadIPv4(quote) : ReadIPv6(quote);
        var way = WayOf(inner, quote);
        return new(way.Protocol, way.Destination, way.DestinationPort, way.Source, way.SourcePort);
    }

    // RFC 792: unreachable, source quench, redirect, time exceeded, parameter problem. RFC 4443: types below 128 are errors.
    private static bool IsError(byte protocol, ReadOnlySpan<byte> transport) =>
        protocol switch
        {
            Icmp => transport[0] is 3 or 4 or 5 or 11 or 12,
            Icmp6 => transport[0] is >= 1 and <= 4,
            _ => false,
        };

    private static (int Source, int Destination) Ports(byte protocol, ReadOnlySpan<byte> transport)
    {
        switch (protocol)
        {
            case Tcp or Udp or Sctp or UdpLite:
                return (
                    BinaryPrimitives.ReadUInt16BigEndian(transport),
                    BinaryPrimitives.ReadUInt16BigEndian(transport[2..])
                );
            case Icmp when transport[0] is 0 or 8:
            case Icmp6 when transport[0] is 128 or 129:
                int identifier = BinaryPrimitives.ReadUInt16BigEndian(transport[4..]);
                return (identifier, identifier);
            default:
                return default;
        }
    }
}
