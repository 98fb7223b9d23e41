using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Parsing;

/// <summary>Packets between two hosts that most cases start from.</summary>
internal static class Samples
{
    public const string A = "10.0.0.1";
    public const string B = "10.0.0.2";
    public const string Router = "10.0.0.254";
    public const string A6 = "fd00::1";
    public const string B6 = "fd00::2";
    public const string Router6 = "fd00::fe";

    public static Packet Frame => Packet.Ethernet();

    public static Packet V4 => Frame.IPv4(A, B);

    public static Packet V4Back => Frame.IPv4(B, A);

    public static Packet V6 => Frame.IPv6(A6, B6);

    public static Packet V6Back => Frame.IPv6(B6, A6);

    /// <summary>28 + <paramref name="payload"/> IP bytes.</summary>
    public static Packet Udp(int payload = 100) => V4.Udp(1000, 53).Payload(payload);

    /// <summary>48 + <paramref name="payload"/> IP bytes.</summary>
    public static Packet Udp6(int payload = 100) => V6.Udp(1000, 53).Payload(payload);
}
