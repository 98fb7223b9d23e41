using NetMon.Bpf.Tests.Captures;
using NetMon.Bpf.Tests.Parsing;
using NetMon.Testing.Captures;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Mutation;

/// <summary>Ethernet frames to start from: the first of each capture, where there are captures, and built ones of every kind that the program reads.</summary>
internal static class Corpus
{
    private const int FramesOfEachCapture = 40;

    public static List<byte[]> Load()
    {
        var frames = Built().ToList();
        foreach (var entry in CaptureFolder.Instance?.Captures ?? [])
        {
            frames.AddRange(
                CaptureFrames
                    .Of(CaptureFolder.Instance!.Read(entry), out _)
                    .Where(f => f.Bytes.Length is >= 14 and <= PacketMutator.MaxLength)
                    .Take(FramesOfEachCapture)
                    .Select(f => f.Link == LinkLayer.Ethernet ? f.Bytes : WithEthernet(f.Bytes))
            );
        }

        return frames;
    }

    private static IEnumerable<byte[]> Built()
    {
        var (v4, v6) = (Samples.V4, Samples.V6);
        var inner = Packet.Ethernet().IPv4("1.1.1.1", "2.2.2.2").Tcp(1, 2).Payload(10);
        Packet[] packets =
        [
            v4.Tcp(1000, 80, TcpFlags.Syn, 1, t => t with { Options = TcpOptions.LinuxSyn() }),
            v4.Tcp(1000, 80, TcpFlags.Ack, 1).Payload(100),
            v6.Tcp(1000, 80, TcpFlags.Fin | TcpFlags.Ack, 1).Payload(100),
            v4.Udp(1000, 53).Payload(64),
            v6.Udp(1000, 53).Payload(64),
            v4.UdpLite(1000, 53),
            v6.Sctp(1000, 53),
            v4.IcmpEcho(7).Payload(56),
            v6.Icmp6Echo(7).Payload(56),
            v4.Icmp(3, 3).Payload(Samples.V4Back.Udp(53, 1000).Payload(30).Quote()),
            v4.Icmp(11, 0).Payload(Samples.V4Back.Tcp(80, 1000).Quote(20)),
            v4.Icmp(3, 1).Payload(Samples.V4Back.IcmpEcho(9).Quote()),
            v6.Icmp6(1, 4).Payload(Samples.V6Back.Udp(53, 1000).Payload(30).Quote(60)),
            v6.Icmp6(3, 0)
                .Payload(Samples.V6Back.Extension(0).With(new IPv6FragmentLayer(4)).Udp(5, 6).Quote(60)),
            v6.Extension(0).Extension(43, 24).Extension(60).Extension(51, 24).Tcp(1, 2).Payload(9),
            Packet
                .Ethernet()
                .Vlan(7)
                .Vlan(8)
                .IPv4("10.0.0.1", "10.0.0.2", ip => ip with { Options = new byte[12] })
                .Tcp(1, 2),
            Packet
                .Ethernet()
                .Vlan(7, VlanLayer.ServiceTag)
                .Vlan(8)
                .IPv6("fd00::1", "fd00::2")
                .Udp(1, 2)
                .Payload(3),
            v4.Vxlan(1).Then(inner),
            v4.Gre(1).Then(inner),
            v4.IPv6("fd01::1", "fd01::2").Udp(1, 2),
            v4.Protocol(50, new byte[40]),
            Packet.Ethernet().Arp(),
            Packet.Ethernet().EtherType(0x88cc, new byte[46]),
        ];
        return packets
            .Select(p => p.Build())
            .Concat(v4.Udp(1000, 53).Payload(300).Fragment(104, 1))
            .Concat(v6.Extension(0).Udp(1000, 53).Payload(300).Fragment(104, 2));
    }

    private static byte[] WithEthernet(byte[] packet) =>
        [
            .. new byte[12],
            .. packet[0] >> 4 == 6 ? (ReadOnlySpan<byte>)[0x86, 0xdd] : [0x08, 0x00],
            .. packet,
        ];
}
