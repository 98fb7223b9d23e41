using System.Buffers.Binary;
using System.Net;

namespace NetMon.Bpf.Tests.Reference;

/// <summary>
/// A second opinion on every packet: the rules of docs and contract, written down again without a look at the kernel's program, so that
/// both can be compared. Slow and plain on purpose. Remembers first fragments without limit.
/// </summary>
internal sealed class ReferenceReader
{
    private const int MaxTags = 4;
    private const int MaxExtensions = 8;
    private static readonly ReferencePacket Malformed = new() { Kind = ReferenceKind.Malformed };

    private readonly Dictionary<FragmentName, (byte Protocol, ushort Source, ushort Destination)> _first = [];

    private readonly record struct FragmentName(
        IPAddress Source,
        IPAddress Destination,
        uint Id,
        byte Protocol
    );

    /// <summary>IP as far as the transport header; <see cref="Rest"/> is what the IP packet holds from there.</summary>
    private readonly ref struct Datagram
    {
        public IPAddress Source { get; init; }
        public IPAddress Destination { get; init; }
        public byte Protocol { get; init; }
        public int Bytes { get; init; }
        public ReadOnlySpan<byte> Rest { get; init; }
        public bool Fragmented { get; init; }
        public bool Later { get; init; }
        public uint Id { get; init; }
        public bool IPv6 { get; init; }

        public FragmentName FragmentName => new(Source, Destination, Id, IPv6 ? (byte)0 : Protocol);
    }

    public ReferencePacket ReadEthernet(ReadOnlySpan<byte> frame)
    {
        var rest = frame[12..];
        for (var tags = 0; tags <= MaxTags; tags++)
        {
            if (rest.Length < 2)
            {
                return Malformed;
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            switch (type)
            {
                case 0x0800:
                    return ReadIPv4(rest[2..]);
                case 0x86dd:
                    return ReadIPv6(rest[2..]);
                case 0x0806:
                    return new() { Kind = ReferenceKind.Arp };
                case 0x8100 or 0x88a8 or 0x9100:
                    if (rest.Length < 4)
                    {
                        return tags == MaxTags ? new() { Kind = ReferenceKind.NonIp } : Malformed;
                    }

                    rest = rest[4..];
                    break;
                default:
                    return new() { Kind = ReferenceKind.NonIp };
            }
        }

        return new() { Kind = ReferenceKind.NonIp };
    }

    public ReferencePacket ReadBare(ReadOnlySpan<byte> packet) =>
        (packet[0] >> 4) switch
        {
            4 => ReadIPv4(packet),
            6 => ReadIPv6(packet),
            _ => new() { Kind = ReferenceKind.NonIp },
        };

    private ReferencePacket ReadIPv4(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 20 || packet[0] >> 4 != 4)
        {
            return Malformed;
        }

        var total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        var header = (packet[0] & 15) * 4;
        return header < 20 || total < header || total > packet.Length
            ? Malformed
            : ReadTransport(IPv4Datagram(packet[..total], header));
    }

    private static Datagram IPv4Datagram(ReadOnlySpan<byte> packet, int header)
    {
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        return new()
        {
            Source = new IPAddress(packet[12..16]),
            Destination = new IPAddress(packet[16..20]),
            Protocol = packet[9],
            Bytes = packet.Length,
            Rest = packet[header..],
            Fragmented = (fragment & 0x3fff) != 0,
            Later = (fragment & 0x1fff) != 0,
            Id = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]),
        };
    }

    private ReferencePacket ReadIPv6(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 40 || packet[0] >> 4 != 6)
        {
            return Malformed;
        }

        var length = 40 + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        return length <= packet.Length && TryIPv6Datagram(packet[..length], out var datagram)
            ? ReadTransport(datagram)
            : Malformed;
    }

    private static bool TryIPv6Datagram(ReadOnlySpan<byte> packet, out Datagram datagram)
    {
        datagram = default;
        var next = packet[6];
        var rest = packet[40..];
        bool fragmented = false,
            later = false;
        uint id = 0;
        for (var i = 0; i < MaxExtensions && !later; i++)
        {
            if (next is not (0 or 43 or 44 or 51 or 60 or 135 or 139 or 140))
            {
                break;
            }

            if (rest.Length < 8)
            {
                return false;
            }

            var length = next switch
            {
                44 => 8,
                51 => (rest[1] + 2) * 4,
                _ => (rest[1] + 1) * 8,
            };
            if (length > rest.Length)
            {
                return false;
            }

            if (next == 44)
            {
                var field = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
                later = (field & 0xfff8) != 0;
                fragmented = (field & 0xfff9) != 0;
                id = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            }

            next = rest[0];
            rest = rest[length..];
        }

        datagram = new()
        {
            Source = Unmapped(packet[8..24]),
            Destination = Unmapped(packet[24..40]),
            Protocol = next,
            Bytes = packet.Length,
            Rest = rest,
            Fragmented = fragmented,
            Later = later,
            Id = id,
            IPv6 = true,
        };
        return true;
    }

    // An IPv4-mapped address in IPv6 is the IPv4 address to a key that maps those.
    private static IPAddress Unmapped(ReadOnlySpan<byte> bytes)
    {
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private ReferencePacket ReadTransport(Datagram ip)
    {
        var read = new ReferencePacket
        {
            Kind = ReferenceKind.Ip,
            Protocol = ip.Protocol,
            Source = new End(ip.Source, 0),
            Destination = new End(ip.Destination, 0),
            Bytes = ip.Bytes,
            Carrier = (ip.Source, ip.Destination),
        };
        if (ip.Later)
        {
            return _first.TryGetValue(ip.FragmentName, out var first)
                ? read with
                {
                    Protocol = first.Protocol,
                    Source = new End(ip.Source, first.Source),
                    Destination = new End(ip.Destination, first.Destination),
                }
                : read;
        }

        if (!TryPorts(ip, ref read))
        {
            return Malformed;
        }

        if (ip.Fragmented && !read.IcmpError)
        {
            _first[ip.FragmentName] = (read.Protocol, read.Source.Port, read.Destination.Port);
        }

        return read;
    }

    private bool TryPorts(Datagram ip, ref ReferencePacket read)
    {
        var rest = ip.Rest;
        switch (ip.Protocol)
        {
            case 6 when ip.Fragmented && rest.Length is >= 8 and < 20:
            case 136 when rest.Length >= 8:
            case 132 when rest.Length >= 12:
                break;
            case 6
                when rest.Length >= 20
                    && rest[12] >> 4 >= 5
                    && (ip.Fragmented || (rest[12] >> 4) * 4 <= rest.Length):
                read = read with { TcpFlags = BinaryPrimitives.ReadUInt16BigEndian(rest[12..]) & 0x1ff };
                break;
            case 17 when rest.Length >= 8:
                var length = BinaryPrimitives.ReadUInt16BigEndian(rest[4..]);
                if (!ip.Fragmented && (length < 8 || length > rest.Length))
                {
                    return false;
                }

                break;
            case 6 or 17 or 132 or 136:
                return false;
            case 1 or 58:
                return TryIcmp(ip, ref read);
            default:
                return true;
        }

        read = WithPorts(read, rest);
        return true;
    }

    private static ReferencePacket WithPorts(ReferencePacket read, ReadOnlySpan<byte> ports) =>
        read with
        {
            Source = read.Source with { Port = BinaryPrimitives.ReadUInt16BigEndian(ports) },
            Destination = read.Destination with { Port = BinaryPrimitives.ReadUInt16BigEndian(ports[2..]) },
        };

    private bool TryIcmp(Datagram ip, ref ReferencePacket read)
    {
        var rest = ip.Rest;
        if (rest.Length < 8)
        {
            return false;
        }

        if (HasIdentifier(ip.Protocol, rest[0]))
        {
            read = WithPorts(read, [rest[4], rest[5], rest[4], rest[5]]);
        }
        else if (IsError(ip.Protocol, rest[0]) && TryQuoted(rest[8..], out var quoted))
        {
            read = read with
            {
                Protocol = quoted.Protocol,
                Source = quoted.Destination,
                Destination = quoted.Source,
                IcmpError = true,
            };
        }

        return true;
    }

    private static bool HasIdentifier(byte protocol, byte type) =>
        protocol == 1 ? type is 0 or 8 or (>= 13 and <= 18) : type is 128 or 129;

    private static bool IsError(byte protocol, byte type) =>
        protocol == 1 ? type is 3 or 4 or 5 or 11 or 12 : type is >= 1 and <= 4;

    // The quotation is cut anywhere: its own lengths mean nothing, only what is there can be read.
    private bool TryQuoted(ReadOnlySpan<byte> quoted, out ReferencePacket read)
    {
        read = default;
        Datagram ip;
        if (quoted.Length >= 20 && quoted[0] >> 4 == 4)
        {
            var header = (quoted[0] & 15) * 4;
            if (header < 20 || header > quoted.Length)
            {
                return false;
            }

            ip = IPv4Datagram(quoted, header);
        }
        else if (quoted.Length < 40 || quoted[0] >> 4 != 6 || !TryIPv6Datagram(quoted, out ip))
        {
            return false;
        }

        read = new ReferencePacket
        {
            Protocol = ip.Protocol,
            Source = new End(ip.Source, 0),
            Destination = new End(ip.Destination, 0),
        };
        if (ip.Later)
        {
            read = ReadTransport(ip);
            return true;
        }

        switch (ip.Protocol)
        {
            case 6 or 17 or 132 or 136:
                if (ip.Rest.Length < 8)
                {
                    return false;
                }

                read = WithPorts(read, ip.Rest);
                return true;
            case 1 or 58:
                if (ip.Rest.Length < 8 || IsError(ip.Protocol, ip.Rest[0]))
                {
                    return false;
                }

                if (HasIdentifier(ip.Protocol, ip.Rest[0]))
                {
                    read = WithPorts(read, [ip.Rest[4], ip.Rest[5], ip.Rest[4], ip.Rest[5]]);
                }

                return true;
            default:
                return true;
        }
    }
}
