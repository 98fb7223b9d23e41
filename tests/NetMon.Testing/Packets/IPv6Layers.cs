using System.Buffers.Binary;

namespace NetMon.Testing.Packets;

/// <summary>IPv6 (RFC 8200).</summary>
public sealed record IPv6Layer : IpLayer
{
    public const int HeaderLength = 40;
    public const byte EncapsulationProtocol = 41;

    public byte TrafficClass { get; init; }
    public uint FlowLabel { get; init; }
    public byte HopLimit { get; init; } = 64;

    /// <summary>Overrides the payload length.</summary>
    public ushort? PayloadLength { get; init; }

    public override ushort? EtherType => 0x86dd;
    public override byte? IpProtocol => EncapsulationProtocol;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var header = new byte[HeaderLength];
        var first = ((uint)(Version ?? 6) << 28) | ((uint)TrafficClass << 20) | FlowLabel;
        BinaryPrimitives.WriteUInt32BigEndian(header, first);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), PayloadLength ?? (ushort)payload.Length);
        header[6] = Protocol ?? context.Next?.IpProtocol ?? IPv6ExtensionLayer.NoNextHeader;
        header[7] = HopLimit;
        Source.GetAddressBytes().CopyTo(header, 8);
        Destination.GetAddressBytes().CopyTo(header, 24);
        return Join(header, payload);
    }
}

/// <summary>Hop-by-hop (0), routing (43), destination options (60), authentication (51), mobility (135) and others of their shape.</summary>
public sealed record IPv6ExtensionLayer(byte Number) : Layer
{
    public const byte HopByHop = 0;
    public const byte Routing = 43;
    public const byte Authentication = 51;
    public const byte NoNextHeader = 59;
    public const byte DestinationOptions = 60;

    /// <summary>Length of the whole header in bytes: a multiple of 8 (authentication: of 4).</summary>
    public int Length { get; init; } = 8;

    /// <summary>Overrides the length field, in the header's own unit.</summary>
    public byte? LengthField { get; init; }

    /// <summary>Overrides the next header.</summary>
    public byte? NextHeader { get; init; }

    public override byte? IpProtocol => Number;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var header = new byte[Length];
        header[0] = NextHeader ?? context.Next?.IpProtocol ?? NoNextHeader;

        // RFC 4302 section 2.2: words of 4 bytes less 2; the others: words of 8 bytes less 1.
        header[1] = LengthField ?? (byte)(Number == Authentication ? (Length / 4) - 2 : (Length / 8) - 1);
        if (Number is HopByHop or DestinationOptions)
        {
            header[2] = 1; // PadN over the rest
            header[3] = (byte)(Length - 4);
        }

        return Join(header, payload);
    }
}

/// <summary>Fragment header (RFC 8200 section 4.5).</summary>
public sealed record IPv6FragmentLayer(uint Id) : Layer
{
    public const byte Number = 44;

    /// <summary>In bytes; a multiple of 8.</summary>
    public int Offset { get; init; }
    public bool MoreFragments { get; init; }

    /// <summary>Overrides the next header.</summary>
    public byte? NextHeader { get; init; }

    public override byte? IpProtocol => Number;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        Span<byte> header = stackalloc byte[8];
        header.Clear();
        header[0] = NextHeader ?? context.Next?.IpProtocol ?? IPv6ExtensionLayer.NoNextHeader;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(Offset | (MoreFragments ? 1 : 0)));
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Id);
        return Join(header, payload);
    }
}
