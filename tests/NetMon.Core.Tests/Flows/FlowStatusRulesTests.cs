using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Drops;
using NetMon.Core.Flows;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

public class FlowStatusRulesTests
{
    private const ushort Fin = 0x01;
    private const ushort Syn = 0x02;
    private const ushort Rst = 0x04;
    private const ushort Ack = 0x10;

    private static readonly FlowCircumstances Draining = new() { Draining = true };
    private static readonly FlowDrops Filtered = new([new("NETFILTER_DROP", 1, 60, 0, 0)])
    {
        ByPolicy = true,
    };

    private static readonly FlowOutcome Pending = new(FlowStatus.Pending, FlowCause.None);
    private static readonly FlowOutcome Ok = new(FlowStatus.Ok, FlowCause.None);

    [Fact]
    public void A_handshake_under_way_decides_nothing()
    {
        Assert.Equal(Pending, Decide(Tcp(FlowState.SynSent), FlowEventKind.Open));
        Assert.Equal(Pending, Decide(Tcp(FlowState.SynReceived), FlowEventKind.Update));
    }

    [Fact]
    public void A_completed_handshake_is_ok()
    {
        Assert.Equal(Ok, Decide(Tcp(FlowState.Established), FlowEventKind.Update));
    }

    [Fact]
    public void A_connection_that_came_and_went_between_two_records_is_ok()
    {
        var flow = Tcp(FlowState.Closed, sent: Syn | Ack | Fin, received: Syn | Ack | Fin);
        Assert.Equal(Ok, Decide(flow, FlowEventKind.Close));
    }

    [Fact]
    public void A_SYN_that_was_followed_by_a_FIN_but_never_answered_is_no_connection()
    {
        var flow = Tcp(FlowState.Closing, sent: Syn | Fin);
        Assert.Equal(Pending, Decide(flow, FlowEventKind.Update));
        Assert.Equal(Failed(FlowCause.Aborted), Decide(flow, FlowEventKind.End));
    }

    [Theory]
    [InlineData(FlowState.Unreplied)]
    [InlineData(FlowState.Replied)]
    [InlineData(FlowState.Closing)]
    public void A_connection_met_mid_stream_is_ok_from_the_start(FlowState state)
    {
        var flow = Tcp(state, sent: Ack) with { InitiatorCertain = false };
        Assert.Equal(Ok, Decide(flow, FlowEventKind.Open));
    }

    [Fact]
    public void A_SYN_answered_by_RST_is_refused()
    {
        var flow = Tcp(FlowState.Reset, sent: Syn, received: Rst | Ack);
        Assert.Equal(Failed(FlowCause.Refused), Decide(flow, FlowEventKind.Close));
    }

    [Fact]
    public void A_client_that_answers_the_SYN_ACK_with_RST_failed_by_its_own_doing()
    {
        var flow = Tcp(FlowState.Reset, sent: Syn | Rst, received: Syn | Ack);
        Assert.Equal(Failed(FlowCause.Aborted), Decide(flow, FlowEventKind.Close));
    }

    [Fact]
    public void Who_reset_first_before_the_handshake_completed_is_to_blame()
    {
        var flow = Tcp(FlowState.Reset, sent: Syn | Rst, received: Rst) with { FirstReset = FlowEnd.Source };
        Assert.Equal(Failed(FlowCause.Aborted), Decide(flow, FlowEventKind.Close));
        flow.FirstReset = FlowEnd.Destination;
        Assert.Equal(Failed(FlowCause.Refused), Decide(flow, FlowEventKind.Close));
    }

    [Fact]
    public void A_handshake_of_which_a_rule_dropped_packets_failed_by_policy()
    {
        var flow = Tcp(FlowState.SynSent) with { Drops = Filtered };
        Assert.Equal(Pending, Decide(flow, FlowEventKind.Update));
        Assert.Equal(Failed(FlowCause.Policy), Decide(flow, FlowEventKind.End));
        flow.Drops = Filtered with { ByPolicy = false };
        Assert.Equal(Failed(FlowCause.Timeout), Decide(flow, FlowEventKind.End));
    }

    [Fact]
    public void What_a_rule_rejected_is_told_by_the_error_that_the_client_received()
    {
        var flow = WithError(Tcp(FlowState.SynSent), 3, 13) with { Drops = Filtered };
        Assert.Equal(Failed(FlowCause.Prohibited), Decide(flow, FlowEventKind.Update));
    }

    [Fact]
    public void Datagrams_that_a_rule_dropped_failed_by_policy_unless_something_came_back()
    {
        var flow = Udp(sent: 3) with { Drops = Filtered };
        Assert.Equal(Pending, Decide(flow, FlowEventKind.Update));
        Assert.Equal(Failed(FlowCause.Policy), Decide(flow, FlowEventKind.End));
        flow.State = FlowState.Replied;
        Assert.Equal(Ok, Decide(flow, FlowEventKind.End));
        var multicast = Udp(sent: 3) with
        {
            Drops = Filtered,
            Destination = new FlowEndpoint(NetworkAddress.FromIPv4(0xe00000fb), 5353, 1),
        };
        Assert.Equal(Ok, Decide(multicast, FlowEventKind.End));
    }

    [Theory]
    [InlineData(FlowState.SynSent)]
    [InlineData(FlowState.SynReceived)]
    public void A_handshake_that_ends_incomplete_timed_out(FlowState state)
    {
        Assert.Equal(Failed(FlowCause.Timeout), Decide(Tcp(state), FlowEventKind.End));
    }

    [Fact]
    public void The_end_of_our_own_observation_decides_nothing()
    {
        var flow = Tcp(FlowState.SynSent);
        Assert.Equal(Pending, FlowStatusRules.Decide(in flow, FlowEventKind.End, Draining));
        var datagram = Udp(sent: 1);
        Assert.Equal(Pending, FlowStatusRules.Decide(in datagram, FlowEventKind.End, Draining));
    }

    [Fact]
    public void An_ICMP_error_before_the_handshake_completed_fails_the_connection()
    {
        var flow = WithError(Tcp(FlowState.SynSent), 3, 1);
        Assert.Equal(Failed(FlowCause.UnreachableHost), Decide(flow, FlowEventKind.Update));
    }

    [Fact]
    public void An_ICMP_error_after_the_handshake_completed_changes_nothing()
    {
        var flow = WithError(Tcp(FlowState.Established), 3, 1);
        Assert.Equal(Ok, Decide(flow, FlowEventKind.Update));
    }

    [Fact]
    public void A_TCP_flow_of_which_only_an_ICMP_error_was_seen_failed()
    {
        var flow = WithError(Tcp(FlowState.Unreplied), 3, 13) with { InitiatorCertain = false };
        flow.Total.Sent.Packets = 0;
        Assert.Equal(Failed(FlowCause.Prohibited), Decide(flow, FlowEventKind.Open));
    }

    [Theory]
    [InlineData(Rst, 0, FlowCause.ResetByClient)]
    [InlineData(0, Rst, FlowCause.ResetByServer)]
    [InlineData(Rst, Rst, FlowCause.ResetByClient)]
    public void A_RST_after_the_connection_was_established_names_its_sender_and_leaves_it_ok(
        ushort sent,
        ushort received,
        FlowCause cause
    )
    {
        var flow = Tcp(
            FlowState.Reset,
            sent: (ushort)(Syn | Ack | sent),
            received: (ushort)(Syn | Ack | received)
        ) with
        {
            ConnectUs = 120,
        };
        var expected = new FlowOutcome(FlowStatus.Ok, cause);
        Assert.Equal(expected, Decide(flow, FlowEventKind.Close));

        flow.Status = FlowStatus.Ok;
        Assert.Equal(expected, Decide(flow, FlowEventKind.Close));
    }

    [Theory]
    [InlineData(Rst | Fin, Fin, FlowCause.None)] // it is done, and what came was too late for it
    [InlineData(Rst | Fin, 0, FlowCause.None)]
    [InlineData(Rst, Fin, FlowCause.ResetByClient)]
    [InlineData(0, Rst | Fin, FlowCause.ResetByServer)] // a request that came after it had closed
    [InlineData(Fin, Rst, FlowCause.ResetByServer)] // it did not finish its answer
    [InlineData(Fin, Rst | Fin, FlowCause.None)]
    public void A_RST_of_an_end_that_is_done_breaks_nothing(int sent, int received, FlowCause cause)
    {
        var flow = Tcp(FlowState.Reset, sent: Syn | Ack | sent, received: Syn | Ack | received) with
        {
            ConnectUs = 120,
        };
        Assert.Equal(new FlowOutcome(FlowStatus.Ok, cause), Decide(flow, FlowEventKind.Close));
        Assert.Equal(cause != FlowCause.None, Decide(flow, FlowEventKind.Close).IsBroken);
    }

    [Theory]
    [InlineData(FlowEnd.Source, FlowCause.ResetByClient)]
    [InlineData(FlowEnd.Destination, FlowCause.ResetByServer)]
    [InlineData(FlowEnd.None, FlowCause.ResetByClient)]
    public void Of_two_RSTs_the_first_is_the_cause(FlowEnd first, FlowCause cause)
    {
        var flow = Tcp(FlowState.Reset, sent: Syn | Ack | Rst, received: Syn | Ack | Rst) with
        {
            ConnectUs = 120,
            FirstReset = first,
        };
        Assert.Equal(new FlowOutcome(FlowStatus.Ok, cause), Decide(flow, FlowEventKind.Close));
    }

    [Fact]
    public void The_first_cause_stays()
    {
        var flow = Tcp(FlowState.Reset, sent: Syn | Ack | Rst, received: Syn | Ack | Rst) with
        {
            Status = FlowStatus.Ok,
            Cause = FlowCause.ResetByServer,
        };
        Assert.Equal(
            new FlowOutcome(FlowStatus.Ok, FlowCause.ResetByServer),
            Decide(flow, FlowEventKind.End)
        );
    }

    [Fact]
    public void A_datagram_without_a_reply_waits_and_is_ok_at_the_end()
    {
        var flow = Udp(sent: 3);
        Assert.Equal(Pending, Decide(flow, FlowEventKind.Update));
        Assert.Equal(Ok, Decide(flow, FlowEventKind.End));
    }

    [Fact]
    public void A_reply_is_ok_at_once()
    {
        Assert.Equal(Ok, Decide(Udp(sent: 1, received: 1), FlowEventKind.Update));
    }

    [Fact]
    public void An_ICMP_error_is_no_reply()
    {
        var flow = WithError(Udp(sent: 1), 3, 3);
        Assert.Equal(Failed(FlowCause.UnreachablePort), Decide(flow, FlowEventKind.Update));
    }

    [Fact]
    public void An_ICMP_error_beside_a_reply_fails_nothing()
    {
        var flow = WithError(Udp(sent: 2, received: 1), 3, 3);
        Assert.Equal(Ok, Decide(flow, FlowEventKind.Update));
    }

    [Fact]
    public void Packet_too_big_fails_a_flow_only_when_nothing_came_of_it_by_the_end()
    {
        var flow = WithError(Udp(sent: 1), 3, 4);
        Assert.Equal(Pending, Decide(flow, FlowEventKind.Update));
        Assert.Equal(Failed(FlowCause.FragmentationNeeded), Decide(flow, FlowEventKind.End));
    }

    [Fact]
    public void A_redirect_fails_nothing()
    {
        var flow = WithError(Udp(sent: 1), 5, 1);
        Assert.Equal(Pending, Decide(flow, FlowEventKind.Update));
        Assert.Equal(Ok, Decide(flow, FlowEventKind.End));
    }

    [Fact]
    public void A_flow_leaves_pending_once_whatever_its_steps_are()
    {
        var steps =
            from flows in FlowGenerators.Flow.NonEmptyListOf()
            from kinds in Gen.Elements(Enum.GetValues<FlowEventKind>()).ArrayOf(flows.Count)
            select (flows, kinds);
        Prop.ForAll(
                steps.ToArbitrary(),
                given =>
                {
                    var outcome = Pending;
                    foreach (var (step, kind) in given.flows.Zip(given.kinds))
                    {
                        var flow = step with { Status = outcome.Status, Cause = outcome.Cause };
                        var next = FlowStatusRules.Decide(in flow, kind);
                        Assert.True(outcome.Status == FlowStatus.Pending || next.Status == outcome.Status);
                        Assert.True(outcome.Cause == FlowCause.None || next.Cause == outcome.Cause);
                        Assert.True(next.Status != FlowStatus.Failed || next.Cause != FlowCause.None);
                        outcome = next;
                    }
                }
            )
            .Holds();
    }

    [Fact]
    public void No_flow_is_pending_after_its_end()
    {
        Prop.ForAll(
                FlowGenerators.Flow.ToArbitrary(),
                flow => Assert.NotEqual(FlowStatus.Pending, Decide(flow, FlowEventKind.End).Status)
            )
            .Holds();
    }

    private static FlowOutcome Decide(Flow flow, FlowEventKind kind) => FlowStatusRules.Decide(in flow, kind);

    private static FlowOutcome Failed(FlowCause cause) => new(FlowStatus.Failed, cause);

    private static Flow Tcp(FlowState state, int sent = Syn, int received = 0) =>
        new()
        {
            Source = new FlowEndpoint(NetworkAddress.FromIPv4(1), 40000, 1),
            Destination = new FlowEndpoint(NetworkAddress.FromIPv4(2), 80, 1),
            Protocol = IpProtocol.Tcp,
            State = state,
            InitiatorCertain = true,
            TcpFlagsSent = (ushort)sent,
            TcpFlagsReceived = (ushort)received,
            Total = { Sent = { Packets = 1 }, Received = { Packets = received == 0 ? 0 : 1 } },
        };

    private static Flow Udp(int sent, int received = 0)
    {
        var flow = new Flow
        {
            Source = new FlowEndpoint(NetworkAddress.FromIPv4(1), 40000, 1),
            Destination = new FlowEndpoint(NetworkAddress.FromIPv4(2), 53, 1),
            Protocol = IpProtocol.Udp,
            Total = { Sent = { Packets = sent }, Received = { Packets = received } },
        };
        flow.State = received > 0 ? FlowState.Replied : FlowState.Unreplied;
        return flow;
    }

    private static Flow WithError(Flow flow, byte type, byte code)
    {
        flow.Total.Received.Packets++;
        flow.Total.IcmpErrors++;
        flow.IcmpErrorType = type;
        flow.IcmpErrorCode = code;
        return flow;
    }
}
