using NetMon.Bpf.Attaching;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Namespaces;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

/// <summary>What BPF_PROG_TEST_RUN cannot make: paged packets, tags that the device has taken off, segments of a virtual machine, tiny packets.</summary>
public sealed class RealDeviceTests
{
    [SkippableTheory]
    [InlineData(14)]
    [InlineData(20)]
    [InlineData(34)]
    [InlineData(50)]
    [InlineData(60)]
    public void Headers_beyond_the_linear_part_of_a_packet_are_read(ushort linear) =>
        Through(
            ethernet: true,
            (run, device) =>
            {
                var stamps = TcpOptions.Timestamps(1, 2);
                Packet[] packets =
                [
                    V4.Tcp(1000, 80, TcpFlags.Syn, 1, t => t with { Options = stamps }).Payload(8000),
                    V6.Extension(IPv6ExtensionLayer.DestinationOptions, 24).Udp(1000, 53).Payload(8000),
                    V4.IcmpEcho(7).Payload(8000),
                    Frame
                        .IPv4(Router, A)
                        .Icmp(3, 3)
                        .Payload([.. V4.Udp(5, 6).Payload(40).Quote(8), .. new byte[8000]]),
                ];
                foreach (var packet in packets)
                {
                    device.ReceiveAs(packet.Build(), new VirtioPacket { LinearBytes = linear });
                }

                var flows = run.Drain();
                FlowAssert.AreNamed(
                    flows,
                    "6 10.0.0.1 1000 > 10.0.0.2 80",
                    "17 fd00::1 1000 > fd00::2 53",
                    "1 10.0.0.1 7 > 10.0.0.2 7",
                    "17 10.0.0.1 5 > 10.0.0.2 6"
                );
                Assert.Equal(packets.Sum(p => p.Build().Length - 14), flows.Sum(f => f.Total.Bytes));
                Assert.Equal((int)TcpFlags.Syn, flows.Single(f => f.Key.Protocol == 6).FlagsSent);
            }
        );

    [SkippableFact]
    public void Tags_that_the_device_takes_off_leave_the_same_flow() =>
        Through(
            ethernet: true,
            (run, device) =>
            {
                device.Receive(Udp(100).Build());
                device.Receive(Frame.Vlan(7).IPv4(A, B).Udp(1000, 53).Payload(100).Build());
                device.Receive(
                    Frame.Vlan(7, VlanLayer.ServiceTag).Vlan(8).IPv4(A, B).Udp(1000, 53).Payload(100).Build()
                );
                device.Receive(Frame.Vlan(7).Arp().Build());

                Assert.Equal(new Amount(3, 3 * 128), run.DrainSingle().Sent);
                Assert.Equal(1ul, run.Counters.Arp);
            }
        );

    [SkippableFact]
    public void Segments_of_a_virtual_machine_are_counted_though_it_does_not_say_how_many() =>
        Through(
            ethernet: true,
            (run, device) =>
            {
                device.ReceiveAs(
                    V4.Tcp(1000, 80, TcpFlags.Ack, 1).Payload(10_000).Build(),
                    Segments(VirtioSegmentation.TcpV4, 1448, 14 + 20, 16)
                );
                device.ReceiveAs(
                    V6.Tcp(1000, 80, TcpFlags.Ack, 1).Payload(2000).Build(),
                    Segments(VirtioSegmentation.TcpV6, 1000, 14 + 40, 16)
                );
                device.ReceiveAs(
                    V4.Udp(1000, 53).Payload(5000).Build(),
                    Segments(VirtioSegmentation.Udp, 1400, 14 + 20, 6)
                );

                var flows = run.Drain().OrderBy(f => f.Total.Bytes).ToList();
                Assert.Equal(
                    [
                        new Amount(2, 2000 + (2 * 60)),
                        new Amount(4, 5000 + (4 * 28)),
                        new Amount(7, 10_000 + (7 * 40)),
                    ],
                    flows.Select(f => f.Total)
                );
            }
        );

    [SkippableFact]
    public void Packets_shorter_than_any_header_are_malformed() =>
        Through(
            ethernet: false,
            (run, device) =>
            {
                var packet = Packet.Bare.IPv4(A, B).Udp(1, 2).Build();
                var packet6 = Packet.Bare.IPv6(A6, B6).Udp(1, 2).Build();
                for (var length = 1; length < packet.Length; length++)
                {
                    device.Receive(packet.AsSpan(0, length));
                    device.Receive(packet6.AsSpan(0, length));
                }

                Assert.Empty(run.Drain());
                Assert.Equal(2 * (ulong)(packet.Length - 1), run.Counters.Malformed);
            }
        );

    [SkippableFact]
    public void Frames_that_end_within_any_of_their_headers_are_malformed() =>
        Through(
            ethernet: true,
            (run, device) =>
            {
                var fed = 0ul;
                foreach (var packet in new[] { V4.Tcp(1, 2).Build(), V6.Extension(60).Udp(1, 2).Build() })
                {
                    for (var length = EthernetLayer.HeaderLength; length < packet.Length; length++, fed++)
                    {
                        device.Receive(packet.AsSpan(0, length));
                    }
                }

                Assert.Empty(run.Drain());
                Assert.Equal(fed, run.Counters.Malformed);
            }
        );

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_largest_packet_there_is_counts_whole(bool ethernet) =>
        Through(
            ethernet,
            (run, device) =>
            {
                var link = ethernet ? Frame : Packet.Bare;
                device.Receive(link.IPv4(A, B).Udp(1, 2).Payload(65_507).Build());

                Assert.Equal(new Amount(1, 65_535), run.DrainSingle().Sent);
            }
        );

    private static VirtioPacket Segments(
        VirtioSegmentation kind,
        ushort size,
        ushort transport,
        ushort checksum
    ) =>
        new()
        {
            Segmentation = kind,
            SegmentSize = size,
            LinearBytes = 128,
            ChecksumStart = transport,
            ChecksumOffset = checksum,
        };

    private static void Through(bool ethernet, Action<KernelRun, TunDevice> test) =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var device = new TunDevice("nmdev", ethernet, virtio: true);
            using var attacher = Attacher.Open(run.Program, AttachMethod.Auto);
            using var attachment = attacher.Attach(
                device.Index,
                ethernet ? LinkLayer.Ethernet : LinkLayer.None
            );
            test(run, device);
        });
}
