using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

public sealed class TransportTests
{
    [SkippableFact]
    public void TCP_with_options_gives_its_flags_all_nine()
    {
        using var run = new KernelRun();
        run.Feed(V4.Tcp(1000, 80, TcpFlags.Syn, 1, t => t with { Options = TcpOptions.LinuxSyn() }));
        run.Feed(V4.Tcp(1000, 80, (TcpFlags)0x1f8, 2, t => t with { Options = TcpOptions.Longest() }));

        var flow = run.DrainSingle();
        Assert.Equal("6 10.0.0.1 1000 > 10.0.0.2 80", flow.ToString());
        Assert.Equal(new Amount(2, 60 + 80), flow.Sent);
        Assert.Equal(0x1fa, flow.FlagsSent);
        Assert.Equal(0, flow.FlagsReceived);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(15)]
    public void A_TCP_data_offset_below_five_or_beyond_the_segment_is_malformed(byte words)
    {
        using var run = new KernelRun();
        run.Feed(V4.Tcp(1, 2, TcpFlags.Syn, 0, t => t with { DataOffset = words }));
        run.Feed(V6.Tcp(1, 2, TcpFlags.Syn, 0, t => t with { DataOffset = words }));

        Assert.Empty(run.Drain());
        Assert.Equal(2ul, run.Counters.Malformed);
    }

    [SkippableTheory]
    [InlineData(6, 20)]
    [InlineData(17, 8)]
    [InlineData(136, 8)]
    [InlineData(132, 12)]
    [InlineData(1, 8)]
    [InlineData(58, 8)]
    public void A_packet_without_room_for_its_transport_header_is_malformed(byte protocol, int header)
    {
        using var run = new KernelRun();
        for (var length = 0; length < header; length++)
        {
            var packet = protocol == IcmpLayer.Number6 ? V6 : V4;
            run.Feed(packet.Protocol(protocol, new byte[length]));
        }

        Assert.Empty(run.Drain());
        Assert.Equal((ulong)run.PacketsFed, run.Counters.Malformed);
    }

    [SkippableFact]
    public void UDP_without_payload_is_a_packet()
    {
        using var run = new KernelRun();
        run.Feed(V4.Udp(1000, 53));

        Assert.Equal(new Amount(1, 28), run.DrainSingle().Sent);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(109)]
    [InlineData(65535)]
    public void A_UDP_length_below_eight_or_beyond_the_packet_is_malformed(ushort length)
    {
        using var run = new KernelRun();
        run.Feed(V4.Udp(1, 2, u => u with { Length = length }).Payload(100));
        run.Feed(V6.Udp(1, 2, u => u with { Length = length }).Payload(100));

        Assert.Empty(run.Drain());
        Assert.Equal(2ul, run.Counters.Malformed);
    }

    [SkippableFact]
    public void A_UDP_length_within_the_packet_is_honest_and_IP_bytes_count()
    {
        using var run = new KernelRun();
        run.Feed(V4.Udp(1, 2, u => u with { Length = 58 }).Payload(100));

        Assert.Equal(new Amount(1, 128), run.DrainSingle().Sent);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(20)]
    public void UDP_Lite_has_ports_and_a_coverage_instead_of_a_length(ushort coverage)
    {
        using var run = new KernelRun();
        run.Feed(V4.UdpLite(1000, 2000, coverage).Payload(100));
        run.Feed(V4Back.UdpLite(2000, 1000, coverage).Payload(100));

        var flow = run.DrainSingle();
        Assert.Equal("136 10.0.0.1 1000 > 10.0.0.2 2000", flow.ToString());
        Assert.Equal(new Amount(1, 128), flow.Sent);
        Assert.Equal(new Amount(1, 128), flow.Received);
    }

    [SkippableFact]
    public void SCTP_has_ports()
    {
        using var run = new KernelRun();
        run.Feed(V4.Sctp(1000, 38412), V4Back.Sctp(38412, 1000), V6.Sctp(1000, 38412));

        var flows = run.Drain().OrderBy(f => f.Total.Packets).ToList();
        Assert.Equal("132 fd00::1 1000 > fd00::2 38412", flows[0].ToString());
        Assert.Equal(new Amount(1, 72), flows[0].Sent);
        Assert.Equal("132 10.0.0.1 1000 > 10.0.0.2 38412", flows[1].ToString());
        Assert.Equal(new Amount(1, 52), flows[1].Received);
    }

    [SkippableTheory]
    [InlineData(2)] // IGMP
    [InlineData(50)] // ESP
    [InlineData(51)] // AH in IPv4: nothing says that ports follow
    [InlineData(89)] // OSPF
    [InlineData(253)]
    [InlineData(255)]
    public void Any_other_protocol_is_a_flow_by_number_without_ports(byte protocol)
    {
        using var run = new KernelRun();
        run.Feed(V4.Protocol(protocol, new byte[32]), V4Back.Protocol(protocol, new byte[8]));
        run.Feed(V4.Protocol(protocol, []));

        var flow = run.DrainSingle();
        Assert.Equal($"{protocol} 10.0.0.1 0 > 10.0.0.2 0", flow.ToString());
        Assert.Equal(new Amount(2, 52 + 20), flow.Sent);
        Assert.Equal(new Amount(1, 28), flow.Received);
    }

    [SkippableFact]
    public void Ports_tell_the_ends_of_a_flow_to_itself_apart()
    {
        using var run = new KernelRun();
        run.Feed(Frame.IPv4(A, A).Udp(2000, 1000).Payload(1), Frame.IPv4(A, A).Udp(1000, 2000).Payload(2));

        var flow = run.DrainSingle();
        Assert.Equal("17 10.0.0.1 2000 > 10.0.0.1 1000", flow.ToString());
        Assert.Equal(new Amount(1, 29), flow.Sent);
        Assert.Equal(new Amount(1, 30), flow.Received);
    }

    [SkippableFact]
    public void Protocols_with_the_same_ports_are_flows_apart()
    {
        using var run = new KernelRun();
        run.Feed(V4.Tcp(1, 2), V4.Udp(1, 2), V4.UdpLite(1, 2), V4.Sctp(1, 2), V6.Udp(1, 2));

        Assert.Equal(5, run.Drain().Count);
    }
}
