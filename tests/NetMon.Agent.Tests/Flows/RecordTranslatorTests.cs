using NetMon.Agent.Flows;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Flows;

public sealed class RecordTranslatorTests
{
    [Theory]
    [InlineData("10.0.0.1:40000", "10.0.0.2:80")]
    [InlineData("10.0.0.2:40000", "10.0.0.1:80")]
    [InlineData("[2001:db8::2]:40000", "[2001:db8::1]:80")]
    [InlineData("10.0.0.1:80", "10.0.0.1:40000")]
    public void The_initiator_of_a_seen_syn_is_the_source_whatever_end_of_the_key_it_is(
        string source,
        string destination
    )
    {
        var flow = Translate(new TestFlow(source, destination).Established());

        Assert.Equal(source, Text(flow.Source));
        Assert.Equal(destination, Text(flow.Destination));
        Assert.True(flow.InitiatorCertain);
        Assert.Equal(11, flow.Total.Sent.Packets);
        Assert.Equal(22, flow.Total.Received.Packets);
    }

    [Fact]
    public void Everything_that_an_end_did_is_told_from_the_source_on()
    {
        var test = new TestFlow("10.0.0.9:40000", "10.0.0.2:80").Established();
        var record = test.Record(RecordReason.Update, (1, 10), (2, 20));
        var (source, destination) = (test.Initiator, 1 - test.Initiator);
        record.Events.Retransmits[source] = 3;
        record.Events.Retransmits[destination] = 4;
        record.Events.RetransmittedBytes[source] = 5;
        record.Events.RetransmittedBytes[destination] = 6;
        record.Events.ZeroWindows[source] = 7;
        record.Events.ZeroWindows[destination] = 8;
        record.Events.Resets[source] = 9;
        record.Events.Resets[destination] = 10;
        record.Events.SynRetries = 11;
        record.Events.IcmpErrors = 12;

        RecordTranslator.ReadCounts(in record, source, out var counts);

        Assert.Equal((3, 4), (counts.RetransmitsSent, counts.RetransmitsReceived));
        Assert.Equal((5, 6), (counts.RetransmittedBytesSent, counts.RetransmittedBytesReceived));
        Assert.Equal((7, 8), (counts.ZeroWindowsSent, counts.ZeroWindowsReceived));
        Assert.Equal((9, 10), (counts.ResetsSent, counts.ResetsReceived));
        Assert.Equal((11, 12), (counts.SynRetries, counts.IcmpErrors));
    }

    [Fact]
    public void Handshake_times_are_those_of_the_server_the_client_and_the_whole()
    {
        var flow = Translate(
            new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established(synAckUs: 700, ackUs: 1000)
        );

        Assert.Equal((700u, 300u, 1000u), (flow.SynToSynAckUs, flow.SynAckToAckUs, flow.ConnectUs));
    }

    [Fact]
    public void A_retried_syn_makes_connecting_longer_and_the_round_trip_not()
    {
        var test = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established(
            synAckUs: 1_000_700,
            ackUs: 1_001_000
        );
        test.Handshake.SynUs = 1_000_000;
        var flow = Translate(test);

        Assert.Equal((700u, 300u, 1_001_000u), (flow.SynToSynAckUs, flow.SynAckToAckUs, flow.ConnectUs));
    }

    [Fact]
    public void Where_the_syn_was_not_seen_only_the_clients_half_of_the_handshake_is_known()
    {
        var test = new TestFlow("10.0.0.1:40000", "10.0.0.2:80")
            .With(FlowFlags.SynSeen)
            .WithFlags(0x10, 0x12);
        test.Handshake.SynAckUs = 1;
        test.Handshake.AckUs = 301;
        var flow = Translate(test);

        Assert.Equal((0u, 300u, 0u), (flow.SynToSynAckUs, flow.SynAckToAckUs, flow.ConnectUs));
    }

    [Theory]
    [InlineData(FlowTcpState.SynSent, FlowState.SynSent)]
    [InlineData(FlowTcpState.SynReceived, FlowState.SynReceived)]
    [InlineData(FlowTcpState.Established, FlowState.Established)]
    [InlineData(FlowTcpState.Closing, FlowState.Closing)]
    [InlineData(FlowTcpState.Closed, FlowState.Closed)]
    [InlineData(FlowTcpState.Reset, FlowState.Reset)]
    public void Tcp_states_are_the_kernels(FlowTcpState kernel, FlowState expected)
    {
        var test = new TestFlow("10.0.0.1:40000", "10.0.0.2:80");
        test.State.TcpState = kernel;

        Assert.Equal(expected, Translate(test).State);
    }

    [Fact]
    public void A_flow_that_is_not_tcp_is_replied_once_packets_came_back()
    {
        var test = new TestFlow("10.0.0.1:40000", "10.0.0.2:53", IpProtocol.Udp);
        var flow = default(Flow);
        Apply(test, test.Record(RecordReason.Open, (1, 60)), ref flow);
        Assert.Equal(FlowState.Unreplied, flow.State);

        // An ICMP error that quotes the flow comes back, too, and is no reply.
        Apply(test, test.Record(RecordReason.Update, (0, 0), (1, 60)), ref flow);
        Assert.Equal(FlowState.Unreplied, flow.State);
        Apply(test.With(FlowFlags.Replied), test.Record(RecordReason.Update, (0, 0), (1, 60)), ref flow);
        Assert.Equal(FlowState.Replied, flow.State);
    }

    [Fact]
    public void A_record_that_was_overtaken_by_a_younger_one_adds_its_counts_and_changes_nothing_else()
    {
        var test = new TestFlow("10.0.0.1:40000", "10.0.0.2:80", startNs: 1_000_000);
        test.State.TcpState = FlowTcpState.Established;
        var older = test.Record(RecordReason.Update, (1, 60), timeNs: 2_000_000);
        test.State.TcpState = FlowTcpState.Closed;
        var younger = test.Record(RecordReason.Close, (2, 120), timeNs: 3_000_000);
        var flow = default(Flow);
        Apply(test, younger, ref flow);
        Apply(test, older, ref flow);

        Assert.Equal(FlowState.Closed, flow.State);
        Assert.Equal(3_000_000ul, flow.LastNs);
        Assert.Equal(3, flow.Total.Sent.Packets);
    }

    private static Flow Translate(TestFlow test)
    {
        var flow = default(Flow);
        var record = test.Record(RecordReason.Open, (11, 1100), (22, 2200));
        Apply(test, record, ref flow);
        return flow;
    }

    private static void Apply(TestFlow test, FlowRecord record, ref Flow flow)
    {
        if (flow.StartNs == 0)
        {
            RecordTranslator.Begin(in record, new InitiatorRules(), ref flow);
        }

        RecordTranslator.ReadCounts(in record, test.Initiator, out var counts);
        RecordTranslator.Advance(in record, test.Initiator, in counts, ref flow);
    }

    private static string Text(FlowEndpoint end) =>
        new System.Net.IPEndPoint(end.Address.ToIPAddress(), end.Port).ToString();
}
