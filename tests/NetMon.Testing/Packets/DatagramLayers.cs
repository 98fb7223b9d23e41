using System.Buffers.Binary;

namespace NetMon.Testing.Packets;

/// <summary>UDP (RFC 768), or with <see cref="Lite"/> UDP-Lite (RFC 3828), whose length field is the checksum's coverage.</summary>
public sealed record UdpLayer(ushort SourcePort, ushort DestinationPort) : Layer
{
    public const byte Number = 17;
    public const byte LiteNumber = 136;
    public const int HeaderLength = 8;

    public bool Lite { get; init; }

    /// <summary>Overrides the length (UDP-Lite: the coverage, 0 = everything).</summary>
    public ushort? Length { get; init; }

    /// <summary>Overrides the checksum.</summary>
    public ushort? Checksum { get; init; }

    public override byte? IpProtocol => Lite ? LiteNumber : Number;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var datagram = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(
            datagram.AsSpan(4),
            Length ?? (ushort)(Lite ? HeaderLength : datagram.Length)
        );
        payload.CopyTo(datagram.AsSpan(HeaderLength));
        if ((Checksum ?? Sum(context.Ip, datagram)) is { } checksum)
        {
            BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), checksum);
        }

        return datagram;
    }

    private ushort? Sum(IpLayer? ip, byte[] datagram)
    {
        if (ip is null)
        {
            return null;
        }

        var coverage = Lite ? Math.Min(Length ?? HeaderLength, datagram.Length) : 0;
        var sum = InternetChecksum.ComputeWithPseudoHeader(ip, IpProtocol!.Value, datagram, coverage);
        return sum == 0 ? ushort.MaxValue : sum;
    }
}

/// <summary>SCTP (RFC 9260): common header, then chunks as payload.</summary>
public sealed record SctpLayer(ushort SourcePort, ushort DestinationPort) : Layer
{
    public const byte Number = 132;
    public const int HeaderLength = 12;

    public uint VerificationTag { get; init; } = 0x12345678;

    public override byte? IpProtocol => Number;

    /// <summary>An INIT chunk that announces one stream each way. 20 bytes.</summary>
    public static byte[] InitChunk() => [1, 0, 0, 20, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1];

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var packet = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(packet, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), VerificationTag);
        payload.CopyTo(packet.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), InternetChecksum.Crc32C(packet));
        return packet;
    }
}

/// <summary>ICMP (RFC 792) or ICMPv6 (RFC 4443): type, code, the four bytes whose meaning depends on them.</summary>
public sealed record IcmpLayer(byte Type, byte Code) : Layer
{
    public const byte Number = 1;
    public const byte Number6 = 58;
    public const int HeaderLength = 8;

    public bool Version6 { get; init; }

    /// <summary>Bytes 4 to 7: identifier and sequence of an echo, MTU, pointer.</summary>
    public uint Rest { get; init; }

    public override byte? IpProtocol => Version6 ? Number6 : Number;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var message = new byte[HeaderLength + payload.Length];
        message[0] = Type;
        message[1] = Code;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), Rest);
        payload.CopyTo(message.AsSpan(HeaderLength));
        var checksum =
            Version6 && context.Ip is { } ip
                ? InternetChecksum.ComputeWithPseudoHeader(ip, Number6, message)
                : InternetChecksum.Compute(message);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), checksum);
        return message;
    }
}
