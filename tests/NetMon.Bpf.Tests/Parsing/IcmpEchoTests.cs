using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

public sealed class IcmpEchoTests
{
    [SkippableFact]
    public void Echo_request_and_reply_are_one_flow_by_identifier()
    {
        using var run = new KernelRun();
        run.Feed(V4.IcmpEcho(4242, 1).Payload(56), V4Back.IcmpEcho(4242, 1, reply: true).Payload(56));
        run.Feed(V4.IcmpEcho(4242, 2).Payload(56));

        var flow = run.DrainSingle();
        Assert.Equal("1 10.0.0.1 4242 > 10.0.0.2 4242", flow.ToString());
        Assert.Equal(new Amount(2, 168), flow.Sent);
        Assert.Equal(new Amount(1, 84), flow.Received);
        Assert.Equal((8, 0), (flow.State.IcmpType, flow.State.IcmpCode));
    }

    [SkippableFact]
    public void Echo_request_and_reply_of_ICMPv6_are_one_flow_by_identifier()
    {
        using var run = new KernelRun();
        run.Feed(V6.Icmp6Echo(4242).Payload(56), V6Back.Icmp6Echo(4242, 1, reply: true).Payload(56));

        var flow = run.DrainSingle();
        Assert.Equal("58 fd00::1 4242 > fd00::2 4242", flow.ToString());
        Assert.Equal(new Amount(1, 104), flow.Sent);
        Assert.Equal(new Amount(1, 104), flow.Received);
        Assert.Equal((128, 0), (flow.State.IcmpType, flow.State.IcmpCode));
    }

    [SkippableFact]
    public void Identifiers_tell_pings_apart()
    {
        using var run = new KernelRun();
        run.Feed(V4.IcmpEcho(1), V4.IcmpEcho(2), V6.Icmp6Echo(1), V6.Icmp6Echo(2));

        Assert.Equal([1, 1, 1, 1], run.Drain().Select(f => f.Sent.Packets));
    }

    [SkippableFact]
    public void A_ping_both_ways_with_the_same_identifier_counts_each_way()
    {
        using var run = new KernelRun();
        run.Feed(V4.IcmpEcho(7), V4Back.IcmpEcho(7), V4.IcmpEcho(7, 1, reply: true));

        var flow = run.DrainSingle();
        Assert.Equal((2, 1), (flow.Sent.Packets, flow.Received.Packets));
    }

    [SkippableFact]
    public void Messages_without_identifier_are_a_flow_with_ports_0_and_the_type_of_the_first()
    {
        using var run = new KernelRun();
        run.Feed(V6.Icmp6(135, 0).Payload(24), V6Back.Icmp6(136, 0).Payload(24));

        var flow = run.DrainSingle();
        Assert.Equal("58 fd00::1 0 > fd00::2 0", flow.ToString());
        Assert.Equal((135, 0), (flow.State.IcmpType, flow.State.IcmpCode));
        Assert.Equal((new Amount(1, 72), new Amount(1, 72)), (flow.Sent, flow.Received));
        Assert.Equal(0u, flow.IcmpErrors);
    }

    [SkippableFact]
    public void A_timestamp_query_and_its_reply_share_an_identifier()
    {
        using var run = new KernelRun();
        run.Feed(V4.Icmp(13, 0, 77u << 16).Payload(12), V4Back.Icmp(14, 0, 77u << 16).Payload(12));

        var flow = run.DrainSingle();
        Assert.Equal((new Amount(1, 40), new Amount(1, 40)), (flow.Sent, flow.Received));
    }
}
