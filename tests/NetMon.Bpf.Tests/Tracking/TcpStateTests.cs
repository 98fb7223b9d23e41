using System.Diagnostics;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking;

public sealed class TcpStateTests
{
    private const TcpFlags SynAck = TcpFlags.Syn | TcpFlags.Ack;
    private const TcpFlags FinAck = TcpFlags.Fin | TcpFlags.Ack;

    [SkippableFact]
    public void A_connection_goes_through_its_states_and_leaves_records_on_open_and_close()
    {
        using var run = new KernelRun();
        var connection = new Conversation(run);

        connection.Client(TcpFlags.Syn);
        AssertState(FlowTcpState.SynSent);
        connection.Server(SynAck);
        connection.Client(TcpFlags.Ack);
        connection.Client(TcpFlags.Psh | TcpFlags.Ack, 500).Server(TcpFlags.Ack);
        connection.Client(FinAck).Server(TcpFlags.Ack).Server(TcpFlags.Ack, 100).Server(FinAck);
        AssertState(FlowTcpState.Closed);
        connection.Client(TcpFlags.Ack);

        var flow = run.DrainSingle();
        Assert.Equal(Conversation.Name, flow.ToString());
        Assert.Equal(FlowTcpState.Closed, flow.State.TcpState);
        Assert.Equal((5, 5), (flow.Sent.Packets, flow.Received.Packets));
        Assert.Equal((5 * 40) + 500, flow.Sent.Bytes);
        Assert.Equal((5 * 40) + 100, flow.Received.Bytes);
        Assert.Equal((0x1b, 0x13), (flow.FlagsSent, flow.FlagsReceived));
        Assert.Equal([RecordReason.Open, RecordReason.Close, RecordReason.End], flow.Reasons);
        Assert.True(flow.SynSeen);
        Assert.False(flow.Refused);

        void AssertState(FlowTcpState state) =>
            Assert.Equal(state, Assert.Single(run.Consume()).State.TcpState);
    }

    [SkippableTheory]
    [InlineData(1, FlowTcpState.SynSent)]
    [InlineData(2, FlowTcpState.SynReceived)]
    [InlineData(3, FlowTcpState.Established)]
    [InlineData(4, FlowTcpState.Closing)]
    [InlineData(5, FlowTcpState.Closing)]
    [InlineData(6, FlowTcpState.Closed)]
    [InlineData(7, FlowTcpState.Closed)]
    public void Each_segment_of_a_connection_takes_it_one_state_further(int segments, FlowTcpState state)
    {
        using var run = new KernelRun();
        var script = new (bool Client, TcpFlags Flags)[]
        {
            (true, TcpFlags.Syn),
            (false, SynAck),
            (true, TcpFlags.Ack),
            (true, FinAck),
            (false, TcpFlags.Ack),
            (false, FinAck),
            (true, TcpFlags.Ack),
        };
        var connection = new Conversation(run);
        foreach (var (client, flags) in script.Take(segments))
        {
            _ = client ? connection.Client(flags) : connection.Server(flags);
        }

        Assert.Equal(state, run.DrainSingle().State.TcpState);
    }

    [SkippableFact]
    public void The_handshake_times_tell_both_halves_of_the_connect_latency()
    {
        using var run = new KernelRun();
        var connection = new Conversation(run);
        var watch = Stopwatch.StartNew();
        connection.Client(TcpFlags.Syn);
        Thread.Sleep(30);
        connection.Server(SynAck);
        Thread.Sleep(60);
        connection.Client(TcpFlags.Ack);
        Thread.Sleep(5);
        connection.Client(TcpFlags.Ack, 10).Server(TcpFlags.Ack, 10);
        var elapsed = Microseconds(watch);

        var flow = run.DrainSingle();
        Assert.InRange(flow.Handshake.SynAckUs, 30_000u, elapsed - 65_000);
        Assert.InRange(flow.Handshake.AckUs - flow.Handshake.SynAckUs, 60_000u, elapsed - 35_000);
        Assert.Equal(0u, flow.Handshake.SynUs);
        Assert.Equal(0u, flow.SynRetries);
        Assert.InRange(flow.State.LastNs - flow.State.FirstNs, 95_000_000ul, elapsed * 1000ul);
    }

    [SkippableFact]
    public void Handshake_times_of_the_quickest_network_are_at_least_one_microsecond()
    {
        using var run = new KernelRun();
        var watch = Stopwatch.StartNew();
        new Conversation(run).Open();
        var elapsed = Microseconds(watch);

        var flow = run.DrainSingle();
        Assert.InRange(flow.Handshake.SynAckUs, 1u, elapsed);
        Assert.InRange(flow.Handshake.AckUs, flow.Handshake.SynAckUs, elapsed);
    }

    [SkippableFact]
    public void SYN_retries_are_counted_and_the_last_one_timed()
    {
        using var run = new KernelRun();
        var syn = Conversation.FromClient(TcpFlags.Syn, 1000);
        var watch = Stopwatch.StartNew();
        run.Feed(syn);
        Thread.Sleep(20);
        run.Feed(syn);
        Thread.Sleep(20);
        run.Feed(syn);
        run.Feed(Conversation.FromServer(SynAck, 5000), Conversation.FromClient(TcpFlags.Ack, 1001));

        var flow = run.DrainSingle();
        Assert.Equal(2u, flow.SynRetries);
        Assert.InRange(flow.Handshake.SynUs, 40_000u, Microseconds(watch));
        Assert.True(flow.Handshake.SynAckUs >= flow.Handshake.SynUs);
        Assert.Equal(4, flow.Sent.Packets);

        // A SYN takes a sequence number: sent again, it is a retransmitted segment without payload.
        Assert.Equal((2u, 0ul), flow.RetransmitsSent);
        Assert.Equal(FlowTcpState.Established, flow.State.TcpState);
    }

    [SkippableFact]
    public void A_repeated_SYN_ACK_does_not_move_the_handshake_times()
    {
        using var run = new KernelRun();
        run.Feed(Conversation.FromClient(TcpFlags.Syn, 1000), Conversation.FromServer(SynAck, 5000));
        Thread.Sleep(30);
        run.Feed(Conversation.FromServer(SynAck, 5000), Conversation.FromClient(TcpFlags.Ack, 1001));

        var flow = run.DrainSingle();
        Assert.True(flow.Handshake.SynAckUs >= 1);
        Assert.True(flow.Handshake.AckUs >= flow.Handshake.SynAckUs + 30_000u);
        Assert.Equal(0u, flow.SynRetries);
        Assert.True(flow.SynSeen);
    }

    [SkippableFact]
    public void A_refused_connect_is_reset_and_refused()
    {
        using var run = new KernelRun();
        run.Feed(
            Conversation.FromClient(TcpFlags.Syn, 1000),
            Conversation.FromServer(TcpFlags.Rst | TcpFlags.Ack, 0)
        );

        var flow = run.DrainSingle();
        Assert.Equal(Conversation.Name, flow.ToString());
        Assert.Equal(FlowTcpState.Reset, flow.State.TcpState);
        Assert.True(flow.Refused);
        Assert.Equal((0u, 1u), (flow.ResetsSent, flow.ResetsReceived));
        Assert.Contains(RecordReason.Close, flow.Reasons);
        Assert.Equal((0u, 0u), (flow.Handshake.SynAckUs, flow.Handshake.AckUs));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reset_of_an_established_connection_is_not_a_refusal(bool byClient)
    {
        using var run = new KernelRun();
        var connection = new Conversation(run).Open();
        _ = byClient ? connection.Client(TcpFlags.Rst) : connection.Server(TcpFlags.Rst);

        var flow = run.DrainSingle();
        Assert.Equal(FlowTcpState.Reset, flow.State.TcpState);
        Assert.False(flow.Refused);
        Assert.Equal(byClient ? (1u, 0u) : (0u, 1u), (flow.ResetsSent, flow.ResetsReceived));
        Assert.Contains(RecordReason.Close, flow.Reasons);
    }

    [SkippableFact]
    public void After_a_reset_packets_still_count_and_the_flow_stays_reset()
    {
        using var run = new KernelRun();
        var connection = new Conversation(run).Open();
        connection.Server(TcpFlags.Rst).Client(TcpFlags.Ack, 100).Server(TcpFlags.Rst);

        var flow = run.DrainSingle();
        Assert.Equal(FlowTcpState.Reset, flow.State.TcpState);
        Assert.Equal(6, flow.Total.Packets);
        Assert.Equal(2u, flow.ResetsReceived);
    }

    [SkippableFact]
    public void The_receiver_of_a_SYN_ACK_is_the_initiator_even_if_its_SYN_was_missed()
    {
        using var run = new KernelRun();
        var connection = new Conversation(run);
        connection.Server(SynAck).Client(TcpFlags.Ack).Client(TcpFlags.Ack, 10);

        var flow = run.DrainSingle();
        Assert.Equal(Conversation.Name, flow.ToString());
        Assert.True(flow.SynSeen);
        Assert.Equal((0u, 0u), (flow.Handshake.SynAckUs, flow.Handshake.AckUs));
        Assert.Equal((2, 1), (flow.Sent.Packets, flow.Received.Packets));
        Assert.Equal(FlowTcpState.Established, flow.State.TcpState);
    }

    [SkippableFact]
    public void In_the_middle_of_a_connection_the_first_sender_is_the_initiator_and_not_certain()
    {
        using var run = new KernelRun();
        new Conversation(run).Server(TcpFlags.Ack, 100).Client(TcpFlags.Ack);

        var flow = run.DrainSingle();
        Assert.Equal("6 10.0.0.2 80 > 10.0.0.1 40000", flow.ToString());
        Assert.False(flow.SynSeen);
        Assert.Equal((0u, 0u), (flow.Handshake.SynAckUs, flow.Handshake.AckUs));
    }

    [SkippableFact]
    public void A_connection_joined_midway_still_closes()
    {
        using var run = new KernelRun();
        new Conversation(run).Client(TcpFlags.Ack, 10).Server(TcpFlags.Ack).Close();

        var flow = run.DrainSingle();
        Assert.Equal(FlowTcpState.Closed, flow.State.TcpState);
        Assert.Contains(RecordReason.Close, flow.Reasons);
    }

    [SkippableFact]
    public void Segments_that_announce_a_window_of_0_are_counted_but_not_SYN_and_RST()
    {
        using var run = new KernelRun();
        var connection = new Conversation(run);
        connection.Client(TcpFlags.Syn, 0, window: 0).Server(SynAck, 0, window: 0).Client(TcpFlags.Ack);
        connection.Client(TcpFlags.Ack, 100).Server(TcpFlags.Ack, 0, window: 0);
        connection.Server(TcpFlags.Ack, 0, window: 0).Server(TcpFlags.Ack);
        connection.Client(TcpFlags.Ack, 10, window: 0).Server(TcpFlags.Rst, 0, window: 0);

        var flow = run.DrainSingle();
        Assert.Equal((1u, 2u), (flow.ZeroWindowsSent, flow.ZeroWindowsReceived));
    }

    [SkippableFact]
    public void A_simultaneous_open_is_one_flow_of_the_first_SYN()
    {
        using var run = new KernelRun();
        var connection = new Conversation(run);
        connection.Client(TcpFlags.Syn).Server(TcpFlags.Syn);

        var flow = run.DrainSingle();
        Assert.Equal(Conversation.Name, flow.ToString());
        Assert.Equal((1, 1), (flow.Sent.Packets, flow.Received.Packets));
        Assert.Equal(0u, flow.SynRetries);
    }

    private static uint Microseconds(Stopwatch watch) => (uint)watch.Elapsed.TotalMicroseconds;
}
