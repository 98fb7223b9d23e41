using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

public sealed class FragmentTests
{
    public static TheoryData<string> Transports => ["tcp", "udp", "udplite", "sctp", "icmp"];

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public void IPv4_fragments_count_in_the_flow_of_their_first(string transport)
    {
        using var run = new KernelRun();
        var packet = V4.Then(Transport(transport, 3000));
        run.Feed(packet);
        var whole = run.DrainSingle();
        Assert.NotEqual(0, whole.Key.Port[0]);

        using var fragmented = new KernelRun();
        var fragments = packet.Fragment(1480, 77);
        foreach (var fragment in fragments)
        {
            fragmented.Feed(fragment);
        }

        var flow = fragmented.DrainSingle();
        Assert.Equal(3, fragments.Count);
        Assert.Equal(whole.ToString(), flow.ToString());
        Assert.Equal(new Amount(3, whole.Sent.Bytes + (2 * 20)), flow.Sent);
        Assert.Equal(0ul, fragmented.Counters.FragmentsUnmatched);
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public void IPv6_fragments_count_in_the_flow_of_their_first(string transport)
    {
        using var run = new KernelRun();
        var packet = V6.Then(Transport(transport, 3000, ipv6: true));
        run.Feed(packet);
        var whole = run.DrainSingle();
        Assert.NotEqual(0, whole.Key.Port[0]);

        using var fragmented = new KernelRun();
        foreach (var fragment in packet.Fragment(1440, 0xdeadbeef))
        {
            fragmented.Feed(fragment);
        }

        var flow = fragmented.DrainSingle();
        Assert.Equal(whole.ToString(), flow.ToString());
        Assert.Equal(new Amount(3, whole.Sent.Bytes + (2 * 40) + (3 * 8)), flow.Sent);
        Assert.Equal(0ul, fragmented.Counters.FragmentsUnmatched);
    }

    [SkippableFact]
    public void Extension_headers_before_and_after_the_fragment_header_change_nothing()
    {
        using var run = new KernelRun();
        var packet = V6.Extension(IPv6ExtensionLayer.HopByHop)
            .Extension(IPv6ExtensionLayer.Routing, 24)
            .Extension(IPv6ExtensionLayer.DestinationOptions, 16)
            .Udp(1000, 53)
            .Payload(2000);
        foreach (var fragment in packet.Fragment(1024, 5))
        {
            run.Feed(fragment);
        }

        var flow = run.DrainSingle();
        Assert.Equal("17 fd00::1 1000 > fd00::2 53", flow.ToString());
        Assert.Equal(new Amount(2, (2 * (40 + 8 + 24 + 8)) + 16 + 2008), flow.Sent);
    }

    [SkippableFact]
    public void Fragments_on_a_tagged_or_bare_link_find_each_other()
    {
        using var run = new KernelRun();
        foreach (var fragment in Frame.Vlan(1).IPv4(A, B).Udp(1000, 53).Payload(2000).Fragment(1480, 1))
        {
            run.Feed(fragment);
        }

        run.Link = LinkLayer.None;
        foreach (var fragment in Packet.Bare.IPv6(A6, B6).Udp(1000, 53).Payload(2000).Fragment(1440, 1))
        {
            run.Feed(fragment);
        }

        Assert.Equal([2, 2], run.Drain().Select(f => f.Sent.Packets));
    }

    [SkippableFact]
    public void Later_fragments_without_their_first_are_a_flow_with_ports_0_and_counted()
    {
        using var run = new KernelRun();
        foreach (var fragment in V4.Udp(1000, 53).Payload(4000).Fragment(1480, 1).Skip(1))
        {
            run.Feed(fragment);
        }

        foreach (var fragment in V6.Tcp(1000, 53).Payload(4000).Fragment(1440, 1).Skip(1))
        {
            run.Feed(fragment);
        }

        var flows = run.Drain().OrderBy(f => f.Key.Protocol).ToList();
        FlowAssert.AreNamed(flows, "6 fd00::1 0 > fd00::2 0", "17 10.0.0.1 0 > 10.0.0.2 0");
        Assert.Equal(new Amount(2, 4020 - 1440 + (2 * 48)), flows[0].Sent);
        Assert.Equal(0, flows[0].FlagsSent);
        Assert.Equal(new Amount(2, 4008 - 1480 + (2 * 20)), flows[1].Sent);
        Assert.Equal(4ul, run.Counters.FragmentsUnmatched);
    }

    [SkippableFact]
    public void A_fragment_that_overtakes_its_first_counts_with_ports_0_the_others_with_ports()
    {
        using var run = new KernelRun();
        var fragments = V4.Udp(1000, 53).Payload(4000).Fragment(1480, 1);
        run.Feed(fragments[1]).Feed(fragments[0]).Feed(fragments[2]);

        var flows = run.Drain().OrderBy(f => f.Total.Packets).ToList();
        Assert.Equal("17 10.0.0.1 0 > 10.0.0.2 0", flows[0].ToString());
        Assert.Equal("17 10.0.0.1 1000 > 10.0.0.2 53", flows[1].ToString());
        Assert.Equal([1, 2], flows.Select(f => f.Sent.Packets));
    }

    [SkippableFact]
    public void Datagrams_with_the_same_identification_but_another_protocol_address_or_direction_stay_apart()
    {
        using var run = new KernelRun();
        Packet[] packets =
        [
            V4.Udp(1, 2).Payload(2000),
            V4.Tcp(3, 4).Payload(2000),
            V4Back.Udp(5, 6).Payload(2000),
            Frame.IPv4(A, Router).Udp(7, 8).Payload(2000),
            V6.Udp(9, 10).Payload(2000),
            V6Back.Udp(11, 12).Payload(2000),
        ];
        var fragments = packets.Select(p => p.Fragment(1024, 42)).ToList();
        for (var i = 0; i < 2; i++)
        {
            foreach (var datagram in fragments)
            {
                run.Feed(datagram[i]);
            }
        }

        var flows = run.Drain();
        Assert.Equal(packets.Length, flows.Count);
        Assert.All(flows, flow => Assert.Equal(2, flow.Sent.Packets));
        Assert.Equal(0ul, run.Counters.FragmentsUnmatched);
    }

    [SkippableFact]
    public void A_new_datagram_that_reuses_an_identification_takes_it_over()
    {
        using var run = new KernelRun();
        foreach (var ports in new ushort[] { 1000, 2000 })
        {
            foreach (var fragment in V4.Udp(ports, 53).Payload(2000).Fragment(1480, 9))
            {
                run.Feed(fragment);
            }
        }

        Assert.Equal([2, 2], run.Drain().Select(f => f.Sent.Packets));
    }

    [SkippableFact]
    public void An_atomic_fragment_is_a_whole_packet()
    {
        using var run = new KernelRun();
        run.Feed(V6.With(new IPv6FragmentLayer(7)).Tcp(1000, 80, TcpFlags.Syn));
        run.Feed(V6.With(new IPv6FragmentLayer(7)).Udp(1, 2, u => u with { Length = 7 }));

        var flow = run.DrainSingle();
        Assert.Equal("6 fd00::1 1000 > fd00::2 80", flow.ToString());
        Assert.Equal((int)TcpFlags.Syn, flow.FlagsSent);
        Assert.Equal(1ul, run.Counters.Malformed);
    }

    [SkippableFact]
    public void A_first_fragment_that_holds_the_ports_but_not_the_whole_TCP_header_counts_in_their_flow()
    {
        // RFC 1858: eight bytes of TCP are the least that a fragment can carry.
        using var run = new KernelRun();
        foreach (var fragment in V4.Tcp(1000, 80, TcpFlags.Syn).Fragment(8, 3))
        {
            run.Feed(fragment);
        }

        var flow = run.DrainSingle();
        Assert.Equal("6 10.0.0.1 1000 > 10.0.0.2 80", flow.ToString());
        Assert.Equal(new Amount(3, (3 * 20) + 20), flow.Sent);
        Assert.Equal(0ul, run.Counters.Malformed);
    }

    [SkippableFact]
    public void A_first_fragment_may_claim_a_UDP_length_beyond_itself_but_not_below_eight()
    {
        using var run = new KernelRun();
        run.Feed(Frame.IPv4(A, B, First).Udp(1, 2, u => u with { Length = 3000 }).Payload(1000));
        Assert.Equal(new Amount(1, 1028), run.DrainSingle().Sent);

        run.Feed(Frame.IPv4(A, B, First).Udp(3, 4, u => u with { Length = 7 }).Payload(1000));
        Assert.Equal(1, run.OutsideFlows() + run.Drain().Sum(f => f.Total.Packets) - 1);
    }

    [SkippableFact]
    public void A_later_fragment_is_not_read_as_a_transport_header()
    {
        using var run = new KernelRun();
        run.Feed(Frame.IPv4(A, B, ip => ip with { FragmentOffset = 1480 }).Protocol(6, new byte[3]));
        run.Feed(Frame.IPv4(A, B, ip => ip with { FragmentOffset = 1480 }).Protocol(17, new byte[3]));
        run.Feed(Frame.IPv4(A, B, ip => ip with { FragmentOffset = 1480 }).Protocol(1, new byte[3]));

        Assert.Equal([1, 1, 1], run.Drain().Select(f => f.Sent.Packets));
        Assert.Equal(0ul, run.Counters.Malformed);
    }

    private static IPv4Layer First(IPv4Layer ip) => ip with { Id = 1, MoreFragments = true };

    private static Packet Transport(string name, int payload, bool ipv6 = false) =>
        name switch
        {
            "tcp" => Packet.Bare.Tcp(1000, 80).Payload(payload),
            "udp" => Packet.Bare.Udp(1000, 80).Payload(payload),
            "udplite" => Packet.Bare.UdpLite(1000, 80).Payload(payload),
            "sctp" => Packet.Bare.With(new SctpLayer(1000, 80)).Payload(payload),
            "icmp" => (ipv6 ? Packet.Bare.Icmp6Echo(1000) : Packet.Bare.IcmpEcho(1000)).Payload(payload),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
}
