using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Namespaces;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

/// <summary>A GSO packet counts as the packets it becomes on the wire, each with its own IP and transport header.</summary>
public sealed class GsoTests
{
    [SkippableTheory]
    [InlineData(3000, 3)]
    [InlineData(2001, 3)]
    [InlineData(2000, 2)]
    [InlineData(1000, 1)]
    public void TCP_segments_repeat_IP_and_TCP_header(int payload, ushort segments)
    {
        using var run = new KernelRun();
        run.Feed(V4.Tcp(1000, 80, TcpFlags.Ack, 1).Payload(payload).Build(), 1000, segments);

        Assert.Equal(new Amount(segments, payload + (segments * 40)), run.DrainSingle().Sent);
    }

    [SkippableFact]
    public void Options_and_extension_headers_are_repeated_too()
    {
        using var run = new KernelRun();
        var stamps = TcpOptions.Timestamps(1, 2);
        run.Feed(
            Frame
                .IPv4(A, B, ip => ip with { Options = new byte[8] })
                .Tcp(1000, 80, TcpFlags.Ack, 1, t => t with { Options = stamps })
                .Payload(3000)
                .Build(),
            1448,
            3
        );
        run.Feed(
            V6.Extension(IPv6ExtensionLayer.HopByHop)
                .Tcp(1000, 80, TcpFlags.Ack, 1, t => t with { Options = stamps })
                .Payload(3000)
                .Build(),
            1428,
            3
        );

        Assert.Equal(
            [3000 + (3 * (20 + 8 + 32)), 3000 + (3 * (40 + 8 + 32))],
            run.Drain().Select(f => f.Sent.Bytes).Order()
        );
    }

    [SkippableFact]
    public void UDP_segments_repeat_IP_and_UDP_header()
    {
        using var run = new KernelRun();
        run.Feed(V4.Udp(1000, 443).Payload(2500).Build(), 1000, 3);
        run.Feed(V6.Udp(1000, 443).Payload(2500).Build(), 1000, 3);

        Assert.Equal(
            [new Amount(3, 2500 + (3 * 28)), new Amount(3, 2500 + (3 * 48))],
            run.Drain().Select(f => f.Sent).OrderBy(s => s.Bytes)
        );
    }

    [SkippableFact]
    public void The_lengths_in_the_headers_of_a_GSO_packet_are_not_believed()
    {
        // BIG TCP writes 0, virtual machines what they like: the packet's own length is what there is.
        using var run = new KernelRun();
        run.Feed(
            Frame.IPv4(A, B, ip => ip with { TotalLength = 0 }).Tcp(1, 2).Payload(3000).Build(),
            1000,
            3
        );
        run.Feed(
            Frame.IPv6(A6, B6, ip => ip with { PayloadLength = 0 }).Tcp(1, 2).Payload(3000).Build(),
            1000,
            3
        );
        run.Feed(V4.Udp(1, 2, u => u with { Length = 1008 }).Payload(3000).Build(), 1000, 3);

        Assert.Equal(
            [3120, 3084, 3180],
            run.Drain()
                .Select(f => f.Sent.Bytes)
                .OrderBy(b =>
                    b is 3180 ? 2
                    : b is 3084 ? 1
                    : 0
                )
        );
        Assert.Equal(0ul, run.Counters.Malformed);
    }

    [SkippableFact]
    public void A_missing_segment_count_is_computed_from_the_segment_size()
    {
        using var run = new KernelRun();
        run.Feed(V4.Tcp(1, 2).Payload(3000).Build(), 1448, 0);
        run.Feed(V6.Tcp(1, 2).Payload(2896).Build(), 1448, 0);

        Assert.Equal(
            [new Amount(2, 2896 + (2 * 60)), new Amount(3, 3000 + (3 * 40))],
            run.Drain().Select(f => f.Sent).OrderBy(s => s.Packets)
        );
    }

    [SkippableFact]
    public void Retransmitted_segments_of_a_GSO_packet_count_one_by_one()
    {
        using var run = new KernelRun();
        var burst = V4.Tcp(1000, 80, TcpFlags.Ack, 1).Payload(3000).Build();
        run.Feed(burst, 1000, 3).Feed(burst, 1000, 3);

        var flow = run.DrainSingle();
        Assert.Equal(new Amount(6, 2 * 3120), flow.Sent);
        Assert.Equal(3000ul, flow.RetransmitsSent.Bytes);
        Assert.Equal(3u, flow.RetransmitsSent.Segments);
    }

    [SkippableFact]
    public void Inside_VXLAN_every_segment_repeats_the_inner_headers() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            run.Ifindex = uplink.Ifindex;
            var inner = Packet.Ethernet().IPv4("1.1.1.1", "2.2.2.2").Tcp(1, 2).Payload(3000);
            run.Feed(V4.Vxlan(1).Then(inner).Build(), 1000, 3);

            Assert.Equal(new Amount(3, 3000 + (3 * (28 + 8 + 14 + 40))), run.DrainSingle().Sent);
        });

    [SkippableFact]
    public void Inside_GRE_IPIP_and_6in4_every_segment_repeats_the_inner_headers() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            run.Ifindex = uplink.Ifindex;
            run.Feed(V4.Gre().IPv4("1.1.1.1", "2.2.2.2").Tcp(1, 2).Payload(3000).Build(), 1000, 3);
            run.Feed(V4.IPv4("1.1.1.1", "2.2.2.2").Tcp(1, 2).Payload(3000).Build(), 1000, 3);
            run.Feed(V4.IPv6("fd01::1", "fd01::2").Tcp(1, 2).Payload(3000).Build(), 1000, 3);

            Assert.Equal(
                [(4, 3000 + (3 * (20 + 40))), (41, 3000 + (3 * (20 + 60))), (47, 3000 + (3 * (20 + 4 + 40)))],
                run.Drain().Select(f => ((int)f.Key.Protocol, (int)f.Sent.Bytes)).Order()
            );
        });

    [SkippableFact]
    public void SCTP_segments_are_counted_as_the_kernel_says()
    {
        using var run = new KernelRun();
        run.Feed(V4.With(new SctpLayer(1000, 2000)).Payload(2000).Build(), ushort.MaxValue, 2);

        Assert.Equal(new Amount(2, 2000 + (2 * 32)), run.DrainSingle().Sent);
    }
}
