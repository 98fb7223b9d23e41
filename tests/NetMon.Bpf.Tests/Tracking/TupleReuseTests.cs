using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>The same addresses and ports again: another flow, with another start.</summary>
public sealed class TupleReuseTests
{
    [SkippableFact]
    public void A_SYN_after_the_close_starts_a_new_flow_and_ends_the_old_one()
    {
        using var run = new KernelRun();
        new Conversation(run).Open().Client(TcpFlags.Ack, 100).Close();
        new Conversation(run, 90_000, 95_000).Open();

        var flows = run.Drain().OrderBy(f => f.State.FirstNs).ToList();
        FlowAssert.AreNamed(flows, Conversation.Name, Conversation.Name);
        Assert.Equal([FlowTcpState.Closed, FlowTcpState.Established], flows.Select(f => f.State.TcpState));
        Assert.Equal([new Amount(8, 420), new Amount(3, 120)], flows.Select(f => f.Total));
        Assert.All(flows, f => Assert.Equal(RecordReason.End, f.Reasons[^1]));
        Assert.All(flows, f => Assert.Equal(1, f.Reasons.Count(r => r == RecordReason.End)));
        Assert.Equal(default, flows[1].RetransmitsSent);
        Assert.Equal(0u, flows[1].SynRetries);
        Assert.InRange(flows[1].Handshake.SynAckUs, 1u, uint.MaxValue);
    }

    [SkippableFact]
    public void A_SYN_after_a_reset_starts_a_new_flow()
    {
        using var run = new KernelRun();
        for (var i = 0; i < 3; i++)
        {
            run.Feed(
                Conversation.FromClient(TcpFlags.Syn, (uint)(i * 1000)),
                Conversation.FromServer(TcpFlags.Rst | TcpFlags.Ack, 0)
            );
        }

        var flows = run.Drain();
        Assert.Equal(3, flows.Count);
        Assert.All(flows, f => Assert.Equal((1, 1, true), (f.Sent.Packets, f.Received.Packets, f.Refused)));
        Assert.All(flows, f => Assert.Equal(0u, f.SynRetries));
    }

    [SkippableFact]
    public void A_SYN_by_the_other_end_after_the_close_turns_the_flow_round()
    {
        using var run = new KernelRun();
        new Conversation(run).Open().Close();
        run.Feed(Conversation.FromServer(TcpFlags.Syn, 1));

        var flows = run.Drain().OrderBy(f => f.State.FirstNs).ToList();
        FlowAssert.AreNamed(flows, Conversation.Name, "6 10.0.0.2 80 > 10.0.0.1 40000");
    }

    [SkippableFact]
    public void Only_a_SYN_starts_a_new_flow_late_segments_still_belong_to_the_closed_one()
    {
        using var run = new KernelRun();
        var connection = new Conversation(run).Open().Close();
        connection.Server(TcpFlags.Ack).Client(TcpFlags.Ack);

        var flow = run.DrainSingle();
        Assert.Equal(9, flow.Total.Packets);
        Assert.Equal(FlowTcpState.Closed, flow.State.TcpState);
    }

    [SkippableFact]
    public void Nothing_is_lost_between_the_flows_when_the_ring_is_full()
    {
        using var run = new KernelRun(new FlowProgramOptions { RingBytes = 4096 });
        for (var i = 0; i < 200; i++)
        {
            new Conversation(run, (uint)(i * 100_000), (uint)(i * 70_000)).Open().Close();
        }

        var flows = run.Drain();
        Assert.Equal(run.PacketsFed, flows.Sum(f => f.Total.Packets));
        Assert.Equal(run.PacketsFed * 40, flows.Sum(f => f.Total.Bytes));
        Assert.NotEqual(0ul, run.Counters.RecordsLate);
    }
}
