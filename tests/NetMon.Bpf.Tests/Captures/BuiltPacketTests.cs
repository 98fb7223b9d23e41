using NetMon.Bpf.Tests.Parsing;
using NetMon.Lab.Captures;
using NetMon.Lab.Machines;
using NetMon.Testing.Captures;
using NetMon.Testing.Namespaces;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>The packet builder of the test library in the eyes of tshark: what is not meant to lie must be right.</summary>
public sealed class BuiltPacketTests
{
    private static readonly string[] Checks =
    [
        "-o",
        "ip.check_checksum:TRUE",
        "-o",
        "tcp.check_checksum:TRUE",
        "-o",
        "udp.check_checksum:TRUE",
        "-o",
        "sctp.checksum:CRC32C",
    ];

    [SkippableFact]
    public void Tshark_finds_the_headers_that_were_meant_and_every_checksum_right()
    {
        Skip.IfNot(Command.Exists("tshark"), "needs tshark");
        var query = Samples.V4.Udp(1000, 5353).Payload(40);
        var query6 = Samples.V6.Udp(1000, 5353).Payload(40);
        var expected = new (string Protocols, Packet Packet)[]
        {
            ("eth:ethertype:arp", Packet.Ethernet().Arp()),
            (
                "eth:ethertype:vlan:ethertype:ip:tcp",
                Packet.Ethernet().Vlan(7).IPv4("10.0.0.1", "10.0.0.2").Tcp(1, 2)
            ),
            (
                "eth:ethertype:ieee8021ad:ethertype:vlan:ethertype:ip:udp:data",
                Packet
                    .Ethernet()
                    .Vlan(7, VlanLayer.ServiceTag)
                    .Vlan(8)
                    .IPv4("10.0.0.1", "10.0.0.2")
                    .Udp(4001, 4002)
                    .Payload(3)
            ),
            (
                "eth:ethertype:ip:tcp",
                Packet
                    .Ethernet()
                    .IPv4("10.0.0.1", "10.0.0.2", ip => ip with { Options = [1, 1, 1, 0] })
                    .Tcp(1, 2, TcpFlags.Syn, 7, t => t with { Options = TcpOptions.LinuxSyn() })
            ),
            ("eth:ethertype:ipv6:udp:data", Samples.V6.Udp(4001, 4002).Payload(5)),
            (
                "eth:ethertype:ipv6:ipv6.hopopts:ipv6.dstopts:ipv6.routing:ipv6.fraghdr:ah:ipv6.dstopts:tcp",
                Samples
                    .V6.Extension(0)
                    .Extension(60, 16)
                    .Extension(43, 24)
                    .With(new IPv6FragmentLayer(1))
                    .Extension(51, 24)
                    .Extension(60)
                    .Tcp(1, 2)
            ),
            ("eth:ethertype:ip:udplite:data", Samples.V4.UdpLite(4001, 4002, 12).Payload(30)),
            ("eth:ethertype:ip:sctp", Samples.V4.Sctp(4001, 4002)),
            ("eth:ethertype:ip:icmp:data", Samples.V4.IcmpEcho(5).Payload(16)),
            ("eth:ethertype:ipv6:icmpv6:data", Samples.V6.Icmp6Echo(5).Payload(16)),
            ("eth:ethertype:ip:icmp:ip:udp", Samples.V4.Icmp(3, 3).Payload(query.Quote())),
            ("eth:ethertype:ipv6:icmpv6:ipv6:udp:mdns", Samples.V6.Icmp6(1, 4).Payload(query6.Quote(48))),
            ("eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp:data", Samples.V4.Vxlan(1).Then(Inner(1))),
            ("eth:ethertype:ip:udp:geneve:eth:ethertype:ip:tcp:data", Samples.V4.Geneve(1).Then(Inner(2))),
            (
                "eth:ethertype:ip:gre:ip:tcp:data",
                Samples.V4.Gre(9).IPv4("1.1.1.1", "2.2.2.2").Tcp(4, 2).Payload(9)
            ),
            ("eth:ethertype:ip:gre:eth:ethertype:ip:tcp:data", Samples.V4.Gre().Then(Inner(3))),
            ("eth:ethertype:ip:ip:tcp", Samples.V4.IPv4("1.1.1.1", "2.2.2.2").Tcp(1, 2)),
            ("eth:ethertype:ip:ipv6:tcp", Samples.V4.IPv6("fd01::1", "fd01::2").Tcp(1, 2)),
        };

        var lines = Ask(expected.Select(e => e.Packet.Build()), "-e", "frame.protocols");
        Assert.Equal(string.Join('\n', expected.Select(e => e.Protocols)), string.Join('\n', lines));

        Assert.Empty(Ask(expected.Select(e => e.Packet.Build()), "-Y", Wrong, "-e", "frame.number"));
    }

    [SkippableFact]
    public void Tshark_puts_the_fragments_of_a_datagram_together_again()
    {
        Skip.IfNot(Command.Exists("tshark"), "needs tshark");
        var fragments = Samples
            .V4.Udp(4001, 4002)
            .Payload(4000)
            .Fragment(1480, 1)
            .Concat(Samples.V6.Extension(0).Udp(4001, 4002).Payload(4000).Fragment(1440, 2));

        Assert.Equal(
            "4008\t\n\t4008",
            string.Join(
                '\n',
                Ask(fragments, "-Y", "udp", "-e", "ip.reassembled.length", "-e", "ipv6.reassembled.length")
            )
        );
    }

    private const string Wrong =
        "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0"
        + " || icmp.checksum.status == 0 || icmpv6.checksum.status == 0 || sctp.checksum.status == 0";

    // A segment that tshark has seen before is a retransmission to it, and shows no data.
    private static Packet Inner(ushort port) =>
        Packet.Ethernet().IPv4("1.1.1.1", "2.2.2.2").Tcp(port, 2).Payload(9);

    private static string[] Ask(IEnumerable<byte[]> packets, params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            CaptureWriter.Write(file, LinkType.Ethernet, packets);
            return Command
                .Run("tshark", ["-r", file, .. Checks, "-T", "fields", .. arguments])
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
