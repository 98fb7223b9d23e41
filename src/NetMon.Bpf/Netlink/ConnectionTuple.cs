using System.Runtime.InteropServices;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Netlink;

/// <summary>One direction of a connection: who sends to whom.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ConnectionTuple : IEquatable<ConnectionTuple>
{
    /// <summary>16 bytes in network order, IPv4 mapped, as in <see cref="FlowKey"/>.</summary>
    public AddressBytes Source;
    public AddressBytes Destination;

    /// <summary>Host byte order. ICMP and ICMPv6: the identifier of an echo, in both ports, as in <see cref="FlowKey"/>.</summary>
    public ushort SourcePort;
    public ushort DestinationPort;

    /// <summary>IP protocol number.</summary>
    public byte Protocol;

    /// <summary>The packets of a flow that one of its ends sends.</summary>
    /// <param name="key">The flow.</param>
    /// <param name="sender">That end, 0 or 1.</param>
    public static ConnectionTuple Of(in FlowKey key, int sender) =>
        new()
        {
            Source = key.Address[sender],
            Destination = key.Address[1 - sender],
            SourcePort = key.Port[sender],
            DestinationPort = key.Port[1 - sender],
            Protocol = key.Protocol,
        };

    /// <summary>The packets the other way, if nothing translates addresses.</summary>
    public readonly ConnectionTuple Reversed() =>
        new()
        {
            Source = Destination,
            Destination = Source,
            SourcePort = DestinationPort,
            DestinationPort = SourcePort,
            Protocol = Protocol,
        };

    public readonly bool Equals(ConnectionTuple other) =>
        SourcePort == other.SourcePort
        && DestinationPort == other.DestinationPort
        && Protocol == other.Protocol
        && ((ReadOnlySpan<byte>)Source).SequenceEqual(other.Source)
        && ((ReadOnlySpan<byte>)Destination).SequenceEqual(other.Destination);

    public override readonly bool Equals(object? obj) => obj is ConnectionTuple other && Equals(other);

    public override readonly int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Source);
        hash.AddBytes(Destination);
        hash.Add(SourcePort);
        hash.Add(DestinationPort);
        hash.Add(Protocol);
        return hash.ToHashCode();
    }

    public static bool operator ==(ConnectionTuple left, ConnectionTuple right) => left.Equals(right);

    public static bool operator !=(ConnectionTuple left, ConnectionTuple right) => !left.Equals(right);

    public override readonly string ToString() =>
        $"{Protocol} {new System.Net.IPAddress((ReadOnlySpan<byte>)Source)}:{SourcePort} -> {new System.Net.IPAddress((ReadOnlySpan<byte>)Destination)}:{DestinationPort}";
}

/// <summary>What connection tracking knows of a connection.</summary>
public struct TranslatedConnection
{
    /// <summary>Whether there is such a connection; if not, the rest is empty.</summary>
    public bool Found;

    /// <summary>Nobody can tell: the kernel's answer was lost, or it refused to answer. It may be asked again.</summary>
    public bool Unanswered;

    /// <summary>What the initiator sends, before any translation.</summary>
    public ConnectionTuple Original;

    /// <summary>What the responder sends: <see cref="Original"/> reversed, where nothing is translated; else with the true responder as the source.</summary>
    public ConnectionTuple Reply;
}
