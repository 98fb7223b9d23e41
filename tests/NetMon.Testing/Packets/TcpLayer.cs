using System.Buffers.Binary;

namespace NetMon.Testing.Packets;

/// <summary>RFC 9293 section 3.1; AE is RFC 9768's, NS before that.</summary>
[Flags]
public enum TcpFlags : ushort
{
    None = 0,
    Fin = 0x001,
    Syn = 0x002,
    Rst = 0x004,
    Psh = 0x008,
    Ack = 0x010,
    Urg = 0x020,
    Ece = 0x040,
    Cwr = 0x080,
    Ae = 0x100,
}

/// <summary>TCP (RFC 9293).</summary>
public sealed record TcpLayer(ushort SourcePort, ushort DestinationPort) : Layer
{
    public const byte Number = 6;
    public const int MinHeaderLength = 20;

    public TcpFlags Flags { get; init; } = TcpFlags.Ack;
    public uint Sequence { get; init; }
    public uint Acknowledgment { get; init; }
    public ushort Window { get; init; } = 0x7000;

    /// <summary>Padded with zeros to a multiple of 4; at most 40 bytes.</summary>
    public byte[] Options { get; init; } = [];

    /// <summary>Overrides the data offset, in words of 4 bytes.</summary>
    public byte? DataOffset { get; init; }

    /// <summary>Overrides the checksum.</summary>
    public ushort? Checksum { get; init; }

    public override byte? IpProtocol => Number;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var headerLength = MinHeaderLength + ((Options.Length + 3) & ~3);
        var segment = new byte[headerLength + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), Acknowledgment);
        var offsetAndFlags = ((DataOffset ?? (headerLength / 4)) << 12) | (int)Flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(12), (ushort)offsetAndFlags);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), Window);
        Options.CopyTo(segment, MinHeaderLength);
        payload.CopyTo(segment.AsSpan(headerLength));
        if ((Checksum ?? Sum(context.Ip, segment)) is { } checksum)
        {
            BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), checksum);
        }

        return segment;
    }

    private static ushort? Sum(IpLayer? ip, byte[] segment) =>
        ip is null ? null : InternetChecksum.ComputeWithPseudoHeader(ip, Number, segment);
}

/// <summary>Options as they stand in real SYNs and segments.</summary>
public static class TcpOptions
{
    public static byte[] Mss(ushort value) => [2, 4, (byte)(value >> 8), (byte)value];

    public static byte[] Timestamps(uint value, uint echo)
    {
        byte[] option = [1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(4), value);
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(8), echo);
        return option;
    }

    /// <summary>MSS, SACK permitted, timestamps, window scale: what Linux sends in a SYN. 20 bytes.</summary>
    public static byte[] LinuxSyn(ushort mss = 1460) =>
        [.. Mss(mss), 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];

    /// <summary>40 bytes of no-operation: the longest header.</summary>
    public static byte[] Longest() => [.. Enumerable.Repeat((byte)1, 40)];
}
