using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Flows;

/// <summary>Silence is a failure only where an answer was due.</summary>
public class ExpectedAnswersTests
{
    private const string Server = "10.0.0.2";

    [Theory]
    [InlineData(53)]
    [InlineData(123)]
    [InlineData(161)]
    [InlineData(1812)]
    public void A_request_by_a_protocol_that_answers_each_has_failed(int port)
    {
        var flow = Udp(port);
        Assert.Equal(Failed, Decide(in flow));
        Assert.Equal(Failed, Decide(in flow, answersOthers: true));
    }

    [Theory]
    [InlineData(514)] // syslog
    [InlineData(8125)] // statsd
    [InlineData(2055)] // NetFlow
    [InlineData(4789)] // VXLAN
    [InlineData(67)] // DHCP: the answer may go to another address
    [InlineData(69)] // TFTP: it comes from another port
    [InlineData(4500)] // keep-alives of IPsec
    public void One_way_datagrams_are_ok(int port)
    {
        var flow = Udp(port);
        Assert.Equal(Ok, Decide(in flow));
    }

    [Fact]
    public void A_server_that_answers_others_is_expected_to_answer()
    {
        var flow = Udp(9000);
        Assert.Equal(Ok, Decide(in flow));
        Assert.Equal(Failed, Decide(in flow, answersOthers: true));
    }

    [Fact]
    public void A_stream_to_a_server_that_answers_others_is_no_request()
    {
        var flow = Udp(9000, packets: 17);
        Assert.Equal(Ok, Decide(in flow, answersOthers: true));
    }

    [Fact]
    public void Peers_that_use_one_port_both_ways_may_say_things_that_need_no_answer()
    {
        var flow = Udp(7946) with { Source = new(Address("10.0.0.1"), 7946, 1) };
        Assert.Equal(Ok, Decide(in flow, answersOthers: true));
    }

    [Fact]
    public void The_first_datagram_of_QUIC_has_failed_and_the_last_of_an_idle_connection_has_not()
    {
        var first = Udp(443, bytes: 1228);
        var last = Udp(443, bytes: 60);
        Assert.Equal(Failed, Decide(in first));
        Assert.Equal(Ok, Decide(in last));
    }

    [Theory]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::fb")]
    public void Nobody_in_particular_was_asked(string destination)
    {
        var flow = Udp(53) with { Destination = new(Address(destination), 53, 1) };
        Assert.Equal(Ok, Decide(in flow, answersOthers: true));
    }

    [Fact]
    public void What_this_node_only_forwards_may_be_answered_another_way()
    {
        var flow = Udp(53);
        flow.Attribution.SourceLocal = false;
        Assert.Equal(Ok, Decide(in flow));
        flow.Attribution.DestinationLocal = true;
        Assert.Equal(Failed, Decide(in flow));
    }

    [Fact]
    public void The_rest_of_an_answer_is_no_request()
    {
        var flow = Udp(53, packets: 0);
        flow.Total.Received.Packets = 1;
        Assert.Equal(Ok, Decide(in flow));
    }

    [Fact]
    public void Encapsulated_packets_are_no_request()
    {
        var flow = Udp(443, bytes: 5000) with { Class = FlowClass.Overlay };
        Assert.Equal(Ok, Decide(in flow));
    }

    [Theory]
    [InlineData(IpProtocol.Icmp, 8, true)]
    [InlineData(IpProtocol.IcmpV6, 128, true)]
    [InlineData(IpProtocol.Icmp, 0, false)]
    [InlineData(IpProtocol.IcmpV6, 133, false)]
    [InlineData(IpProtocol.Icmp, 13, false)]
    public void An_echo_request_is_answered(byte protocol, byte type, bool failed)
    {
        var flow = Udp(0) with { Protocol = protocol, IcmpType = type };
        Assert.Equal(failed ? Failed : Ok, Decide(in flow));
    }

    [Fact]
    public void Without_a_ready_endpoint_that_is_the_cause()
    {
        var flow = Udp(53);
        Assert.Equal(
            new FlowOutcome(FlowStatus.Failed, FlowCause.NoEndpoints),
            FlowStatusRules.Decide(in flow, FlowEventKind.End, new() { NoEndpoints = true })
        );
    }

    private static FlowOutcome Failed => new(FlowStatus.Failed, FlowCause.NoAnswer);

    private static FlowOutcome Ok => new(FlowStatus.Ok, FlowCause.None);

    private static FlowOutcome Decide(in Flow flow, bool answersOthers = false)
    {
        var given = new FlowCircumstances { AnswersOthers = answersOthers };
        Assert.Equal(
            FlowStatus.Pending,
            FlowStatusRules.Decide(in flow, FlowEventKind.Update, in given).Status
        );
        return FlowStatusRules.Decide(in flow, FlowEventKind.End, in given);
    }

    private static Flow Udp(int port, long packets = 1, long bytes = 60) =>
        new()
        {
            Source = new(Address("10.0.0.1"), 40000, 1),
            Destination = new(Address(Server), (ushort)port, 1),
            Protocol = IpProtocol.Udp,
            Attribution = new() { SourceLocal = true },
            Total = { Sent = { Packets = packets, Bytes = bytes } },
        };

    private static NetworkAddress Address(string text) =>
        NetworkAddress.From(System.Net.IPAddress.Parse(text));
}
