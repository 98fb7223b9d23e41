using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

public sealed class LinkLayerTests
{
    [SkippableFact]
    public void An_Ethernet_frame_counts_its_IP_bytes()
    {
        using var run = new KernelRun();
        run.Feed(Udp(100));

        var flow = run.DrainSingle();
        Assert.Equal("17 10.0.0.1 1000 > 10.0.0.2 53", flow.ToString());
        Assert.Equal(new Amount(1, 128), flow.Sent);
        Assert.Equal(default, flow.Received);
        Assert.False(flow.Replied);
        Assert.Equal(0, run.OutsideFlows());
    }

    [SkippableFact]
    public void Padding_of_a_short_frame_is_not_counted()
    {
        using var run = new KernelRun();
        run.Feed(Packet.Ethernet(e => e with { PadTo = 60 }).IPv4(A, B).Udp(1000, 53).Payload(1));
        run.Feed(Packet.Ethernet(e => e with { PadTo = 80 }).IPv6(A6, B6).Udp(1000, 53).Payload(1));

        Assert.Equal([29, 49], run.Drain().Select(f => f.Sent.Bytes).Order());
    }

    [SkippableFact]
    public void Both_directions_meet_in_one_flow_whose_initiator_spoke_first()
    {
        using var run = new KernelRun();
        run.Feed(V4Back.Udp(53, 1000).Payload(10), V4.Udp(1000, 53).Payload(20), V4Back.Udp(53, 1000));

        var flow = run.DrainSingle();
        Assert.Equal("17 10.0.0.2 53 > 10.0.0.1 1000", flow.ToString());
        Assert.Equal(new Amount(2, 38 + 28), flow.Sent);
        Assert.Equal(new Amount(1, 48), flow.Received);
        Assert.True(flow.Replied);
    }

    [SkippableTheory]
    [InlineData(Hook.Ingress)]
    [InlineData(Hook.Egress)]
    public void The_observer_says_which_hook_counted(Hook hook)
    {
        using var run = new KernelRun { Hook = hook };
        run.Feed(Udp());

        var flow = run.DrainSingle();
        var egress = (flow.State.Observer[flow.Source] & FlowStateRecord.ObserverEgress) != 0;
        Assert.Equal(hook == Hook.Egress, egress);
        Assert.Equal(0u, flow.State.Observer[flow.Destination]);
    }

    [SkippableTheory]
    [InlineData(new ushort[] { VlanLayer.CustomerTag })]
    [InlineData(new ushort[] { VlanLayer.ServiceTag })]
    [InlineData(new ushort[] { VlanLayer.ServiceTag, VlanLayer.CustomerTag })]
    [InlineData(new ushort[] { VlanLayer.CustomerTag, VlanLayer.CustomerTag })]
    [InlineData(new ushort[] { 0x9100, VlanLayer.CustomerTag })]
    [InlineData(new ushort[] { VlanLayer.ServiceTag, VlanLayer.CustomerTag, VlanLayer.CustomerTag })]
    public void Behind_VLAN_tags_is_the_same_flow_with_the_same_bytes(ushort[] tags)
    {
        using var run = new KernelRun();
        var tagged = tags.Aggregate(Frame, (packet, tag) => packet.Vlan(7, tag));
        run.Feed(Udp(100), tagged.IPv4(A, B).Udp(1000, 53).Payload(100));
        run.Feed(Udp6(100), tagged.IPv6(A6, B6).Udp(1000, 53).Payload(100));

        var flows = run.Drain();
        Assert.Equal(
            [new Amount(2, 256), new Amount(2, 296)],
            flows.Select(f => f.Sent).OrderBy(s => s.Bytes)
        );
    }

    [SkippableFact]
    public void ARP_has_a_counter_of_its_own_tagged_or_not()
    {
        using var run = new KernelRun();
        run.Feed(Frame.Arp(), Frame.Vlan(7).Arp(2), Frame.Vlan(7).Vlan(8).Arp());

        Assert.Empty(run.Drain());
        Assert.Equal(3ul, run.Counters.Arp);
        Assert.Equal(3, run.OutsideFlows());
    }

    [SkippableTheory]
    [InlineData((ushort)0x88cc)] // LLDP
    [InlineData((ushort)0x8847)] // MPLS
    [InlineData((ushort)0x8864)] // PPPoE session
    [InlineData((ushort)0x0026)] // 802.3 length: spanning tree and the like
    public void Frames_that_are_not_IP_have_a_counter_of_their_own(ushort type)
    {
        using var run = new KernelRun();
        run.Feed(Frame.EtherType(type, new byte[46]), Frame.Vlan(7).EtherType(type, new byte[46]));

        Assert.Empty(run.Drain());
        Assert.Equal(2ul, run.Counters.NonIp);
        Assert.Equal(2, run.OutsideFlows());
    }

    [SkippableFact]
    public void A_frame_that_ends_within_its_VLAN_tag_is_malformed()
    {
        using var run = new KernelRun();
        run.Feed(Frame.Vlan(7).BuildTruncated(14)).Feed(Frame.Vlan(7).BuildTruncated(17));

        Assert.Empty(run.Drain());
        Assert.Equal(2ul, run.Counters.Malformed);
    }

    [SkippableFact]
    public void A_frame_with_more_tags_than_any_network_has_is_accounted_for()
    {
        using var run = new KernelRun();
        var tagged = Enumerable.Repeat((ushort)7, 20).Aggregate(Frame, (packet, id) => packet.Vlan(id));
        run.Feed(tagged.IPv4(A, B).Udp(1, 2));

        Assert.Equal(1, run.OutsideFlows() + run.Drain().Sum(f => f.Total.Packets));
    }

    [SkippableTheory]
    [InlineData(Hook.Ingress)]
    [InlineData(Hook.Egress)]
    public void A_device_without_link_header_hands_over_IP_packets(Hook hook)
    {
        using var run = new KernelRun { Link = LinkLayer.None, Hook = hook };
        run.Feed(Packet.Bare.IPv4(A, B).Udp(1000, 53).Payload(100));
        run.Feed(Packet.Bare.IPv6(A6, B6).Tcp(1000, 80, TcpFlags.Syn));

        var flows = run.Drain().OrderBy(f => f.Key.Protocol).ToList();
        FlowAssert.AreNamed(flows, "6 fd00::1 1000 > fd00::2 80", "17 10.0.0.1 1000 > 10.0.0.2 53");
        Assert.Equal([60, 128], flows.Select(f => f.Sent.Bytes));
    }

    [SkippableFact]
    public void Without_link_header_and_without_IP_version_a_packet_is_not_IP()
    {
        using var run = new KernelRun { Link = LinkLayer.None };
        run.Feed(new byte[40]).Feed([.. Enumerable.Repeat((byte)0xff, 40)]);

        Assert.Empty(run.Drain());
        Assert.Equal(2ul, run.Counters.NonIp);
    }
}
