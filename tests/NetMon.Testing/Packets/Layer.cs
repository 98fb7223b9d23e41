using System.Net;

namespace NetMon.Testing.Packets;

/// <summary>One protocol header of a packet under construction. Every computed field can be overridden, so that a packet can lie.</summary>
public abstract record Layer
{
    /// <summary>How the layer outside announces this one, by EtherType; null where it cannot stand there.</summary>
    public virtual ushort? EtherType => null;

    /// <summary>How the layer outside announces this one, by IP protocol number; null where it cannot stand there.</summary>
    public virtual byte? IpProtocol => null;

    /// <summary>The bytes of this header and of everything inside it.</summary>
    internal abstract byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context);

    private protected static byte[] Join(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[header.Length + payload.Length];
        header.CopyTo(bytes);
        payload.CopyTo(bytes.AsSpan(header.Length));
        return bytes;
    }
}

/// <summary>What a layer must know about its neighbours: the next one inside, and the closest IP header outside (for pseudo headers).</summary>
internal readonly record struct LayerContext(Layer? Next, IpLayer? Ip);

/// <summary>IPv4 or IPv6.</summary>
public abstract record IpLayer : Layer
{
    public required IPAddress Source { get; init; }
    public required IPAddress Destination { get; init; }

    /// <summary>Overrides the version nibble.</summary>
    public byte? Version { get; init; }

    /// <summary>Overrides the protocol number (IPv4) or next header (IPv6).</summary>
    public byte? Protocol { get; init; }
}

/// <summary>Bytes as they are: payload, or a header that the builder does not know.</summary>
public sealed record RawLayer(byte[] Bytes) : Layer
{
    public ushort? AnnouncedEtherType { get; init; }
    public byte? AnnouncedProtocol { get; init; }

    public override ushort? EtherType => AnnouncedEtherType;
    public override byte? IpProtocol => AnnouncedProtocol;

    internal override byte[] Wrap(ReadOnlySpan<byte> payload, LayerContext context) => Join(Bytes, payload);
}
