using System.Net;

namespace NetMon.Bpf.Tests.Reference;

internal enum ReferenceKind
{
    Ip,
    Arp,
    NonIp,
    Malformed,
}

/// <summary>What <see cref="ReferenceReader"/> makes of a packet. Source and destination are those of the flow it counts in.</summary>
/// <param name="Bytes">IP bytes on the wire.</param>
/// <param name="IcmpError">The packet is an ICMP error, and the ends are those that it quotes, turned round.</param>
/// <param name="Carrier">Source and destination of the packet itself.</param>
internal readonly record struct ReferencePacket(
    ReferenceKind Kind,
    byte Protocol,
    End Source,
    End Destination,
    int Bytes,
    int TcpFlags,
    bool IcmpError,
    (IPAddress Source, IPAddress Destination) Carrier
);
