using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

/// <summary>An ICMP error belongs to the flow that it quotes, in the direction towards the quoted source.</summary>
public sealed class IcmpErrorTests
{
    public static TheoryData<byte, byte> Errors4 =>
        new()
        {
            { 3, 0 },
            { 3, 1 },
            { 3, 3 },
            { 3, 4 },
            { 3, 13 },
            { 4, 0 },
            { 5, 1 },
            { 11, 0 },
            { 11, 1 },
            { 12, 0 },
        };

    public static TheoryData<byte, byte> Errors6 =>
        new()
        {
            { 1, 0 },
            { 1, 4 },
            { 2, 0 },
            { 3, 0 },
            { 4, 1 },
        };

    [SkippableTheory]
    [MemberData(nameof(Errors4))]
    public void An_error_counts_in_the_flow_it_quotes(byte type, byte code)
    {
        using var run = new KernelRun();
        var query = V4.Udp(1000, 53).Payload(100);
        run.Feed(query, Frame.IPv4(Router, A).Icmp(type, code).Payload(query.Quote()));

        var flow = run.DrainSingle();
        Assert.Equal("17 10.0.0.1 1000 > 10.0.0.2 53", flow.ToString());
        Assert.Equal((new Amount(1, 128), new Amount(1, 56)), (flow.Sent, flow.Received));
        Assert.Equal(1u, flow.IcmpErrors);
        Assert.Equal((type, code), (flow.State.IcmpErrorType, flow.State.IcmpErrorCode));
        Assert.False(flow.Replied);
    }

    [SkippableTheory]
    [MemberData(nameof(Errors6))]
    public void An_ICMPv6_error_counts_in_the_flow_it_quotes(byte type, byte code)
    {
        using var run = new KernelRun();
        var query = V6.Udp(1000, 53).Payload(100);
        run.Feed(query, Frame.IPv6(Router6, A6).Icmp6(type, code).Payload(query.Quote(200)));

        var flow = run.DrainSingle();
        Assert.Equal("17 fd00::1 1000 > fd00::2 53", flow.ToString());
        Assert.Equal((new Amount(1, 148), new Amount(1, 40 + 8 + 148)), (flow.Sent, flow.Received));
        Assert.Equal(1u, flow.IcmpErrors);
        Assert.Equal((type, code), (flow.State.IcmpErrorType, flow.State.IcmpErrorCode));
    }

    [SkippableFact]
    public void An_error_about_an_unknown_flow_opens_it_with_the_quoted_source_as_initiator()
    {
        using var run = new KernelRun();
        run.Feed(Frame.IPv4(B, A).Icmp(3, 3).Payload(V4.Udp(1000, 53).Payload(100).Quote()));
        run.Feed(Frame.IPv4(Router, B).Icmp(11, 0).Payload(V4Back.Tcp(80, 1000).Quote()));

        var flows = run.Drain().OrderBy(f => f.Key.Protocol).ToList();
        FlowAssert.AreNamed(flows, "6 10.0.0.2 80 > 10.0.0.1 1000", "17 10.0.0.1 1000 > 10.0.0.2 53");
        Assert.All(
            flows,
            flow =>
            {
                Assert.Equal((default(Amount), new Amount(1, 56)), (flow.Sent, flow.Received));
                Assert.Equal(1u, flow.IcmpErrors);
                Assert.False(flow.SynSeen);
            }
        );
    }

    [SkippableFact]
    public void An_error_about_a_connection_leaves_its_TCP_state_flags_and_sequence_alone()
    {
        using var run = new KernelRun();
        var syn = V4.Tcp(1000, 80, TcpFlags.Syn, 100);
        run.Feed(syn, Frame.IPv4(Router, A).Icmp(3, 1).Payload(syn.Quote(20)));

        var flow = run.DrainSingle();
        Assert.Equal("6 10.0.0.1 1000 > 10.0.0.2 80", flow.ToString());
        Assert.Equal(FlowTcpState.SynSent, flow.State.TcpState);
        Assert.Equal(((int)TcpFlags.Syn, 0), (flow.FlagsSent, flow.FlagsReceived));
        Assert.Equal((1, 1), (flow.Sent.Packets, flow.Received.Packets));
        Assert.Equal((0u, 0u), (flow.ResetsReceived, flow.ZeroWindowsReceived));
        Assert.Equal(0u, flow.Handshake.SynAckUs);
    }

    [SkippableFact]
    public void An_error_about_a_ping_counts_in_that_ping()
    {
        using var run = new KernelRun();
        var ping = V4.IcmpEcho(4242).Payload(56);
        var ping6 = V6.Icmp6Echo(4242).Payload(56);
        run.Feed(ping, Frame.IPv4(Router, A).Icmp(11, 0).Payload(ping.Quote()));
        run.Feed(ping6, Frame.IPv6(Router6, A6).Icmp6(3, 0).Payload(ping6.Quote(64)));

        var flows = run.Drain();
        Assert.Equal(2, flows.Count);
        Assert.All(flows, f => Assert.Equal((1, 1, 1u), (f.Sent.Packets, f.Received.Packets, f.IcmpErrors)));
        Assert.Equal([8, 128], flows.Select(f => (int)f.State.IcmpType).Order());
    }

    [SkippableFact]
    public void Options_and_extension_headers_in_the_quotation_are_stepped_over()
    {
        using var run = new KernelRun();
        var query = Frame.IPv4(A, B, ip => ip with { Options = new byte[12] }).Udp(1000, 53);
        var query6 = V6.Extension(IPv6ExtensionLayer.HopByHop)
            .Extension(IPv6ExtensionLayer.DestinationOptions, 16)
            .Udp(1000, 53);
        run.Feed(Frame.IPv4(Router, A).Icmp(11, 0).Payload(query.Quote()));
        run.Feed(Frame.IPv6(Router6, A6).Icmp6(3, 0).Payload(query6.Quote(100)));

        FlowAssert.AreNamed(run.Drain(), "17 10.0.0.1 1000 > 10.0.0.2 53", "17 fd00::1 1000 > fd00::2 53");
    }

    [SkippableFact]
    public void An_error_about_a_later_fragment_finds_the_ports_of_the_first()
    {
        using var run = new KernelRun();
        var fragments = V4.Udp(1000, 53).Payload(2000).Fragment(1480, 6);
        run.Feed(fragments[0]).Feed(fragments[1]);
        run.Feed(Frame.IPv4(Router, A).Icmp(11, 1).Payload(fragments[1][14..42]));

        var flow = run.DrainSingle();
        Assert.Equal((2, 1, 1u), (flow.Sent.Packets, flow.Received.Packets, flow.IcmpErrors));
    }

    [SkippableFact]
    public void An_error_about_other_protocols_counts_in_their_flow()
    {
        using var run = new KernelRun();
        var esp = V4.Protocol(50, new byte[16]);
        run.Feed(esp, Frame.IPv4(B, A).Icmp(3, 2).Payload(esp.Quote()));

        var flow = run.DrainSingle();
        Assert.Equal("50 10.0.0.1 0 > 10.0.0.2 0", flow.ToString());
        Assert.Equal((1, 1, 1u), (flow.Sent.Packets, flow.Received.Packets, flow.IcmpErrors));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(23)]
    public void An_error_whose_quotation_is_cut_before_the_ports_is_an_ICMP_flow_of_its_own(int length)
    {
        using var run = new KernelRun();
        var quoted = V4.Udp(1000, 53).Quote()[..length];
        run.Feed(Frame.IPv4(Router, A).Icmp(3, 3).Payload(quoted));

        var flow = run.DrainSingle();
        Assert.Equal($"1 {Router} 0 > 10.0.0.1 0", flow.ToString());
        Assert.Equal(new Amount(1, 28 + length), flow.Sent);
        Assert.Equal((3, 3), (flow.State.IcmpType, flow.State.IcmpCode));
        Assert.Equal(0u, flow.IcmpErrors);
    }

    [SkippableFact]
    public void An_error_that_quotes_nonsense_is_an_ICMP_flow_of_its_own()
    {
        using var run = new KernelRun();
        byte[][] nonsense = [new byte[28], [0x44, .. new byte[40]], [.. Enumerable.Repeat((byte)0xff, 60)]];
        foreach (var quoted in nonsense)
        {
            run.Feed(Frame.IPv4(Router, A).Icmp(3, 3).Payload(quoted));
            run.Feed(Frame.IPv6(Router6, A6).Icmp6(1, 4).Payload(quoted));
        }

        var flows = run.Drain();
        FlowAssert.AreNamed(flows, "1 10.0.0.254 0 > 10.0.0.1 0", "58 fd00::fe 0 > fd00::1 0");
        Assert.All(flows, f => Assert.Equal((3, 0u), (f.Sent.Packets, f.IcmpErrors)));
    }

    [SkippableFact]
    public void An_error_that_quotes_an_error_is_an_ICMP_flow_of_its_own()
    {
        using var run = new KernelRun();
        var error = V4.Icmp(3, 3).Payload(V4Back.Udp(53, 1000).Quote());
        run.Feed(Frame.IPv4(Router, A).Icmp(11, 0).Payload(error.Quote(36)));

        var flow = run.DrainSingle();
        Assert.Equal($"1 {Router} 0 > 10.0.0.1 0", flow.ToString());
        Assert.Equal(1, flow.Sent.Packets);
    }

    [SkippableFact]
    public void The_latest_error_is_the_one_that_is_kept()
    {
        using var run = new KernelRun();
        var query = V4.Udp(1000, 53);
        run.Feed(query);
        run.Feed(Frame.IPv4(Router, A).Icmp(11, 0).Payload(query.Quote()));
        run.Feed(Frame.IPv4(B, A).Icmp(3, 3).Payload(query.Quote()));

        var flow = run.DrainSingle();
        Assert.Equal(2u, flow.IcmpErrors);
        Assert.Equal((3, 3), (flow.State.IcmpErrorType, flow.State.IcmpErrorCode));
    }

    [SkippableFact]
    public void Fragments_of_an_error_are_accounted_for_and_disturb_no_other_datagram()
    {
        using var run = new KernelRun();
        var query = V4.Udp(1000, 53).Payload(1000);
        var fragments = Frame.IPv4(B, A).Icmp(3, 3).Payload(query.Quote(1000)).Fragment(512, 11);
        foreach (var fragment in fragments)
        {
            run.Feed(fragment);
        }

        // The same identification, the other way, another protocol's ports: nothing of the error may be remembered for it.
        run.Feed(V4.Icmp(8, 0, 5u << 16).Payload(1000).Fragment(512, 11)[1]);
        var flows = run.Drain();
        Assert.Equal(run.PacketsFed, flows.Sum(f => f.Total.Packets));
        Assert.DoesNotContain(flows, f => f.Key.Protocol == 1 && f.Key.Port[0] != 0);
    }
}
