using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

public sealed class IPv6Tests
{
    [SkippableFact]
    public void Forty_bytes_of_header_and_the_payload_count()
    {
        using var run = new KernelRun();
        run.Feed(Udp6(100), V6Back.Udp(53, 1000));

        var flow = run.DrainSingle();
        Assert.Equal("17 fd00::1 1000 > fd00::2 53", flow.ToString());
        Assert.Equal(new Amount(1, 148), flow.Sent);
        Assert.Equal(new Amount(1, 48), flow.Received);
        Assert.True(flow.State.Flags.HasFlag(FlowFlags.IPv6));
    }

    [SkippableTheory]
    [InlineData(IPv6ExtensionLayer.HopByHop, 8)]
    [InlineData(IPv6ExtensionLayer.HopByHop, 64)]
    [InlineData(IPv6ExtensionLayer.Routing, 24)]
    [InlineData(IPv6ExtensionLayer.DestinationOptions, 8)]
    [InlineData(IPv6ExtensionLayer.DestinationOptions, 256)]
    [InlineData(IPv6ExtensionLayer.Authentication, 24)]
    [InlineData(IPv6ExtensionLayer.Authentication, 12)]
    public void An_extension_header_is_stepped_over_and_counted(byte number, int length)
    {
        using var run = new KernelRun();
        run.Feed(V6.Extension(number, length).Tcp(1000, 80, TcpFlags.Syn));

        var flow = run.DrainSingle();
        Assert.Equal("6 fd00::1 1000 > fd00::2 80", flow.ToString());
        Assert.Equal(new Amount(1, 60 + length), flow.Sent);
        Assert.Equal((int)TcpFlags.Syn, flow.FlagsSent);
    }

    [SkippableFact]
    public void A_chain_of_every_extension_header_leads_to_the_transport_header()
    {
        using var run = new KernelRun();
        run.Feed(
            V6.Extension(IPv6ExtensionLayer.HopByHop)
                .Extension(IPv6ExtensionLayer.DestinationOptions, 16)
                .Extension(IPv6ExtensionLayer.Routing, 24)
                .With(new IPv6FragmentLayer(1))
                .Extension(IPv6ExtensionLayer.Authentication, 24)
                .Extension(IPv6ExtensionLayer.DestinationOptions)
                .Udp(1000, 53)
                .Payload(100)
        );

        var flow = run.DrainSingle();
        Assert.Equal("17 fd00::1 1000 > fd00::2 53", flow.ToString());
        Assert.Equal(new Amount(1, 148 + 8 + 16 + 24 + 8 + 24 + 8), flow.Sent);
    }

    [SkippableFact]
    public void A_chain_longer_than_any_real_one_is_accounted_for()
    {
        using var run = new KernelRun();
        var chain = Enumerable
            .Repeat(IPv6ExtensionLayer.DestinationOptions, 30)
            .Aggregate(V6, (packet, number) => packet.Extension(number));
        run.Feed(chain.Udp(1, 2));

        Assert.Equal(1, run.OutsideFlows() + run.Drain().Sum(f => f.Total.Packets));
    }

    [SkippableFact]
    public void No_next_header_is_a_protocol_like_any_other()
    {
        using var run = new KernelRun();
        run.Feed(V6, V6.Extension(IPv6ExtensionLayer.HopByHop));

        var flow = run.DrainSingle();
        Assert.Equal("59 fd00::1 0 > fd00::2 0", flow.ToString());
        Assert.Equal(new Amount(2, 88), flow.Sent);
    }

    [SkippableFact]
    public void Payload_length_not_frame_length_is_what_counts()
    {
        using var run = new KernelRun();
        run.Feed(Frame.IPv6(A6, B6, ip => ip with { PayloadLength = 20 }).Tcp(1, 2).Payload(500));

        Assert.Equal(new Amount(1, 60), run.DrainSingle().Sent);
    }

    [SkippableFact]
    public void A_header_that_lies_is_malformed_and_nothing_else()
    {
        using var run = new KernelRun();
        run.Feed(Frame.IPv6(A6, B6, ip => ip with { PayloadLength = 29 }).Udp(1, 2).Payload(20));
        run.Feed(Frame.IPv6(A6, B6, ip => ip with { PayloadLength = 65535 }).Tcp(1, 2));
        run.Feed(Frame.IPv6(A6, B6, ip => ip with { PayloadLength = 0 }).Tcp(1, 2));
        run.Feed(Frame.IPv6(A6, B6, ip => ip with { Version = 4 }).Tcp(1, 2));
        run.Feed(Frame.IPv6(A6, B6, ip => ip with { Version = 15 }).Udp(1, 2).Payload(20));

        Assert.Empty(run.Drain());
        Assert.Equal(5ul, run.Counters.Malformed);
        Assert.Equal(5, run.OutsideFlows());
    }

    [SkippableTheory]
    [InlineData(IPv6ExtensionLayer.HopByHop)]
    [InlineData(IPv6ExtensionLayer.Routing)]
    [InlineData(IPv6ExtensionLayer.DestinationOptions)]
    [InlineData(IPv6ExtensionLayer.Authentication)]
    public void An_extension_header_longer_than_the_packet_is_malformed(byte number)
    {
        using var run = new KernelRun();
        var lying = new IPv6ExtensionLayer(number) { Length = 24, LengthField = 255 };
        run.Feed(V6.With(lying).Tcp(1, 2));

        Assert.Empty(run.Drain());
        Assert.Equal(1ul, run.Counters.Malformed);
    }

    [SkippableFact]
    public void A_packet_that_ends_within_any_of_its_headers_is_malformed()
    {
        using var run = new KernelRun();

        // Tagged: test-run refuses an untagged frame that is shorter than its IP header.
        var frame = Frame
            .Vlan(7)
            .IPv6(A6, B6)
            .Extension(IPv6ExtensionLayer.HopByHop)
            .Extension(IPv6ExtensionLayer.Routing, 24)
            .Tcp(1, 2)
            .Build();
        for (var length = EthernetLayer.HeaderLength; length < frame.Length; length++)
        {
            run.Feed(frame[..length]);
        }

        Assert.Empty(run.Drain());
        Assert.Equal((ulong)run.PacketsFed, run.Counters.Malformed);
    }

    [SkippableFact]
    public void An_honest_length_that_ends_within_an_extension_header_is_malformed()
    {
        using var run = new KernelRun();
        run.Feed(V6.Protocol(IPv6ExtensionLayer.HopByHop, [6, 0, 1]));
        run.Feed(V6.Protocol(IPv6ExtensionLayer.Routing, [6, 2, 0, 0, 0, 0, 0, 0]));
        run.Feed(V6.Protocol(IPv6FragmentLayer.Number, [6, 0, 0, 0]));

        Assert.Empty(run.Drain());
        Assert.Equal(3ul, run.Counters.Malformed);
    }
}
