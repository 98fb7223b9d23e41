using System.Buffers.Binary;

namespace NetMon.Testing.Packets;

/// <summary>IPv4 (RFC 791).</summary>
public sealed record IPv4Layer : IpLayer
{
    public const int MinHeaderLength = 20;
    public const byte EncapsulationProtocol = 4;

    public byte Tos { get; init; }
    public ushort Id { get; init; }
    public bool DontFragment { get; init; }
    public bool MoreFragments { get; init; }

    /// <summary>In bytes; a multiple of 8.</summary>
    public int FragmentOffset { get; init; }
    public byte Ttl { get; init; } = 64;

    /// <summary>Padded with zeros to a multiple of 4; at most 40 bytes.</summary>
    public byte[] Options { get; init; } = [];

    /// <summary>Overrides IHL, in words of 4 bytes.</summary>
    public byte? HeaderWords { get; init; }

    /// <summary>Overrides the total length.</summary>
    public ushort? TotalLength { get; init; }

    /// <summary>Overrides the header checksum.</summary>
    public ushort? Checksum { get; init; }

    public override ushort? EtherType => 0x0800;
    public override byte? IpProtocol => EncapsulationProtocol;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var header = new byte[MinHeaderLength + ((Options.Length + 3) & ~3)];
        var words = HeaderWords ?? (byte)(header.Length / 4);
        var fragment = (DontFragment ? 0x4000 : 0) | (MoreFragments ? 0x2000 : 0) | (FragmentOffset / 8);
        header[0] = (byte)(((Version ?? 4) << 4) | words);
        header[1] = Tos;
        BinaryPrimitives.WriteUInt16BigEndian(
            header.AsSpan(2),
            TotalLength ?? (ushort)(header.Length + payload.Length)
        );
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), Id);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)fragment);
        header[8] = Ttl;
        header[9] = Protocol ?? context.Next?.IpProtocol ?? 0;
        Source.GetAddressBytes().CopyTo(header, 12);
        Destination.GetAddressBytes().CopyTo(header, 16);
        Options.CopyTo(header, MinHeaderLength);
        BinaryPrimitives.WriteUInt16BigEndian(
            header.AsSpan(10),
            Checksum ?? InternetChecksum.Compute(header)
        );
        return Join(header, payload);
    }
}
