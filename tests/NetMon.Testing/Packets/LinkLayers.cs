using System.Buffers.Binary;
using System.Net.NetworkInformation;

namespace NetMon.Testing.Packets;

/// <summary>Ethernet II.</summary>
public sealed record EthernetLayer : Layer
{
    public const int HeaderLength = 14;
    public const ushort TransparentBridging = 0x6558;

    public PhysicalAddress Source { get; init; } = PhysicalAddress.Parse("02-00-00-00-00-01");
    public PhysicalAddress Destination { get; init; } = PhysicalAddress.Parse("02-00-00-00-00-02");

    /// <summary>Overrides the EtherType (or an 802.3 length, up to 1500).</summary>
    public ushort? Type { get; init; }

    /// <summary>Least length of the frame; zeros are appended up to it. 60 is what a wire asks for.</summary>
    public int PadTo { get; init; }

    public override ushort? EtherType => TransparentBridging;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        var frame = new byte[Math.Max(PadTo, HeaderLength + payload.Length)];
        Destination.GetAddressBytes().CopyTo(frame, 0);
        Source.GetAddressBytes().CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), Type ?? context.Next?.EtherType ?? 0);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }
}

/// <summary>802.1Q tag, or with another <see cref="TagProtocol"/> the outer tag of 802.1ad.</summary>
public sealed record VlanLayer(ushort Id) : Layer
{
    public const ushort CustomerTag = 0x8100;
    public const ushort ServiceTag = 0x88a8;

    public ushort TagProtocol { get; init; } = CustomerTag;
    public byte Priority { get; init; }

    /// <summary>Overrides the EtherType of what follows.</summary>
    public ushort? Type { get; init; }

    public override ushort? EtherType => TagProtocol;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context)
    {
        Span<byte> tag = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(tag, (ushort)((Priority << 13) | Id));
        BinaryPrimitives.WriteUInt16BigEndian(tag[2..], Type ?? context.Next?.EtherType ?? 0);
        return Join(tag, payload);
    }
}

/// <summary>ARP for IPv4 over Ethernet (RFC 826).</summary>
public sealed record ArpLayer(ushort Operation) : Layer
{
    public override ushort? EtherType => 0x0806;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context) =>
        Join(
            [
                .. (ReadOnlySpan<byte>)[0, 1, 8, 0, 6, 4, 0, (byte)Operation],
                .. (ReadOnlySpan<byte>)[2, 0, 0, 0, 0, 1, 10, 0, 0, 1],
                .. (ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0, 10, 0, 0, 2],
            ],
            payload
        );
}
