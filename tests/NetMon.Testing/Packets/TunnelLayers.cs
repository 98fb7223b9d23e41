using System.Buffers.Binary;

namespace NetMon.Testing.Packets;

/// <summary>VXLAN (RFC 7348), inside UDP.</summary>
public sealed record VxlanLayer(uint Vni) : Layer
{
    public const ushort Port = 4789;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        Span<byte> header = stackalloc byte[8];
        header.Clear();
        header[0] = 0x08;
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Vni << 8);
        return Join(header, payload);
    }
}

/// <summary>Geneve (RFC 8926), inside UDP.</summary>
public sealed record GeneveLayer(uint Vni) : Layer
{
    public const ushort Port = 6081;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        Span<byte> header = stackalloc byte[8];
        header.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], context.Next?.EtherType ?? 0);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Vni << 8);
        return Join(header, payload);
    }
}

/// <summary>GRE (RFC 2784, key of RFC 2890).</summary>
public sealed record GreLayer : Layer
{
    public const byte Number = 47;

    public uint? Key { get; init; }

    public override byte? IpProtocol => Number;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var header = new byte[Key is null ? 4 : 8];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), context.Next?.EtherType ?? 0);
        if (Key is { } key)
        {
            header[0] = 0x20;
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), key);
        }

        return Join(header, payload);
    }
}
