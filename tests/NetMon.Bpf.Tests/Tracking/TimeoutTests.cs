using System.Diagnostics;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking;

public sealed class TimeoutTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private static Packet Udp => Packet.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Udp(1000, 53);

    [SkippableFact]
    public void An_active_flow_leaves_a_record_after_an_interval_with_the_counts_since_the_last()
    {
        using var run = new KernelRun(new FlowProgramOptions { Interval = TimeSpan.FromMilliseconds(500) });
        run.Feed(Udp, Udp, Udp);
        Thread.Sleep(600);
        run.Feed(Udp);
        var flow = Assert.Single(run.Consume());
        Assert.Equal((RecordReason.Open, RecordReason.Update), (flow.Reasons[0], flow.Reasons[^1]));
        Assert.Equal(4, flow.Sent.Packets);
    }

    [SkippableFact]
    public void Within_an_interval_an_active_flow_leaves_no_other_record()
    {
        using var run = new KernelRun(new FlowProgramOptions { Interval = Long });
        run.Feed(Udp, Udp, Udp);
        Thread.Sleep(80);
        run.Feed(Udp);
        Assert.Equal([RecordReason.Open], Assert.Single(run.Consume()).Reasons);
        Assert.Equal(1, Assert.Single(run.Consume()).Sent.Packets);
        Assert.Equal(4, run.DrainSingle().Sent.Packets);
    }

    [SkippableFact]
    public void The_sweep_reports_a_flow_that_went_quiet_with_counts_pending_once()
    {
        var interval = TimeSpan.FromMilliseconds(500);
        using var run = KernelRun.Within(
            interval / 2,
            new FlowProgramOptions { Interval = interval },
            run => run.Feed(Udp, Udp)
        );
        Assert.Equal(1, Assert.Single(run.Consume()).Sent.Packets);
        Thread.Sleep(600);

        Assert.Equal(1, run.Sweep());
        Assert.Equal(2, Assert.Single(run.Consume()).Sent.Packets);
        Assert.Equal(0, run.Sweep());
        Assert.Equal(1ul, run.Counters.SweepRecords);
    }

    [SkippableFact]
    public void A_flow_that_times_out_ends_once_and_leaves_the_map()
    {
        using var run = new KernelRun(
            new FlowProgramOptions { UdpIdle = Short, DeleteAfter = TimeSpan.FromMilliseconds(200) }
        );
        run.Feed(Udp, Udp);
        Thread.Sleep(80);
        run.Sweep();

        var flow = Assert.Single(run.Consume());
        Assert.Equal([RecordReason.Open, RecordReason.End], flow.Reasons);
        Assert.Equal(2, flow.Sent.Packets);

        Thread.Sleep(300);
        run.Sweep();
        run.Sweep();

        Assert.Equal(1ul, run.Counters.FlowsRemoved);
        Assert.Equal([RecordReason.Open, RecordReason.End], run.DrainSingle().Reasons);
    }

    [SkippableFact]
    public void An_entry_whose_flow_has_ended_stays_a_moment_for_programs_that_still_hold_it()
    {
        using var run = new KernelRun(new FlowProgramOptions { UdpIdle = Short, DeleteAfter = Long });
        run.Feed(Udp);
        Thread.Sleep(80);
        run.Sweep();
        Thread.Sleep(80);
        run.Sweep();

        Assert.Equal([RecordReason.Open, RecordReason.End], Assert.Single(run.Consume()).Reasons);
        Assert.Equal(0ul, run.Counters.FlowsRemoved);
    }

    [SkippableFact]
    public void A_packet_after_the_end_starts_a_new_flow_whether_the_old_entry_is_still_there_or_not()
    {
        using var run = new KernelRun(new FlowProgramOptions { UdpIdle = Short });
        for (var round = 0; round < 4; round++)
        {
            run.Feed(Udp);
            Thread.Sleep(80);
            run.Sweep();
            if (round % 2 == 1)
            {
                Thread.Sleep(1200);
                run.Sweep();
            }
        }

        var flows = run.Drain();
        Assert.Equal(4, flows.Count);
        Assert.All(flows, f => Assert.Equal(1, f.Sent.Packets));
        Assert.All(flows, f => Assert.Equal(RecordReason.End, f.Reasons[^1]));
    }

    /// <summary>A pass that goes on with a further read counts the entries of a bucket that it has seen: none of them may be gone by then.</summary>
    [SkippableFact]
    public void A_drain_reports_every_flow_among_entries_whose_time_to_go_has_come()
    {
        const int Flows = 4000;
        using var run = new KernelRun(new FlowProgramOptions { MaxFlows = 4096 });
        Feed(step: 1);
        run.Drain();
        Thread.Sleep(1200);
        Feed(step: 2);

        using var drain = run.Program.OpenDrain();
        var record = new FlowRecord[1];
        while (drain.Read(record) > 0)
        {
            run.OnRecord(record[0], 0);
        }

        Assert.Equal(Flows + 2 * (Flows / 2), run.Consume().Sum(flow => flow.Total.Packets));

        void Feed(int step)
        {
            for (var i = 0; i < Flows; i += step)
            {
                var packet = Packet
                    .Ethernet()
                    .IPv4("10.0.0.1", "10.0.0.2")
                    .Udp((ushort)(1000 + i), 53)
                    .Build();
                for (var packets = 0; packets < step; packets++)
                {
                    run.Feed(packet);
                }
            }
        }
    }

    [SkippableFact]
    public void Each_kind_of_flow_has_its_own_time()
    {
        Packet[] packets =
        [
            Conversation.FromClient(TcpFlags.Ack, 1),
            Udp,
            Packet.Ethernet().IPv4("10.0.0.1", "10.0.0.2").IcmpEcho(1),
            Packet.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Sctp(1, 2),
        ];
        for (var expiring = 0; expiring < packets.Length; expiring++)
        {
            using var run = new KernelRun(
                new FlowProgramOptions
                {
                    TcpIdle = expiring == 0 ? Short : Long,
                    UdpIdle = expiring == 1 ? Short : Long,
                    IcmpIdle = expiring == 2 ? Short : Long,
                    OtherIdle = expiring == 3 ? Short : Long,
                    TcpClosed = Long,
                }
            );
            run.Feed(packets);
            Thread.Sleep(80);
            run.Sweep();

            var ended = Assert.Single(run.Consume(), f => f.Reasons.Contains(RecordReason.End));
            Assert.Equal(new byte[] { 6, 17, 1, 132 }[expiring], ended.Key.Protocol);
        }
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_closed_connection_ends_sooner_than_an_idle_one(bool reset)
    {
        using var run = new KernelRun(new FlowProgramOptions { TcpClosed = Short, TcpIdle = Long });
        var connection = new Conversation(run).Open();
        _ = reset ? connection.Server(TcpFlags.Rst) : connection.Close();
        run.Feed(Packet.Ethernet().IPv4("10.0.0.3", "10.0.0.2").Tcp(1, 2));
        Thread.Sleep(80);
        run.Sweep();

        var ended = Assert.Single(run.Consume(), f => f.Reasons.Contains(RecordReason.End));
        Assert.Equal(Conversation.Name, ended.ToString());
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_connection_that_is_not_established_ends_by_the_time_of_its_handshake(int segments)
    {
        using var run = new KernelRun(
            new FlowProgramOptions
            {
                TcpHandshake = Short,
                TcpIdle = Long,
                TcpClosed = Long,
            }
        );
        var connection = new Conversation(run).Client(TcpFlags.Syn);
        _ = segments == 2 ? connection.Server(TcpFlags.Syn | TcpFlags.Ack) : connection;
        run.Feed(Packet.Ethernet().IPv4("10.0.0.3", "10.0.0.2").Tcp(1, 2));
        Thread.Sleep(80);
        run.Sweep();

        var ended = Assert.Single(run.Consume(), f => f.Reasons.Contains(RecordReason.End));
        Assert.Equal(Conversation.Name, ended.ToString());
        Assert.Equal(segments, ended.Total.Packets);
    }

    [SkippableFact]
    public void A_packet_keeps_a_flow_alive()
    {
        var idle = TimeSpan.FromSeconds(2);
        var (rounds, longest) = (0, TimeSpan.Zero);
        do
        {
            using var run = new KernelRun(new FlowProgramOptions { UdpIdle = idle });
            longest = TimeSpan.Zero;
            for (var i = 0; i < 5; i++)
            {
                var start = Stopwatch.GetTimestamp();
                run.Feed(Udp);
                Thread.Sleep(600);
                run.Sweep();
                var took = Stopwatch.GetElapsedTime(start);
                longest = took > longest ? took : longest;
            }

            // Of a machine that stood still meanwhile nothing can be said.
            if (longest < idle)
            {
                Assert.DoesNotContain(RecordReason.End, Assert.Single(run.Consume()).Reasons);
                Assert.Equal(5, run.DrainSingle().Sent.Packets);
            }
        } while (longest >= idle && ++rounds < 20);
        Assert.True(longest < idle, "the machine stands still");
    }
}
