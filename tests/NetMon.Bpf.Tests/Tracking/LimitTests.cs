using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>At a limit, what suffers is counted and nothing is lost.</summary>
public sealed class LimitTests
{
    private static Packet Between(int flow) =>
        Packet.Ethernet().IPv4($"10.0.{flow / 250}.{1 + (flow % 250)}", "10.9.9.9");

    [SkippableTheory]
    [InlineData(Hook.Ingress)]
    [InlineData(Hook.Egress)]
    public void A_full_map_sends_packets_to_the_bucket_of_their_class_and_hook(Hook hook)
    {
        using var run = new KernelRun(new FlowProgramOptions { MaxFlows = 2 }) { Hook = hook };
        run.Feed(Between(0).Udp(1, 2), Between(1).Tcp(1, 2));
        run.Feed(Between(2).Tcp(1, 2).Payload(10), Between(2).Tcp(1, 2).Payload(20));
        run.Feed(Between(3).Udp(1, 2).Payload(5));
        run.Feed(
            Between(4).IcmpEcho(1).Payload(7),
            Between(4).Sctp(1, 2),
            Between(5).Protocol(50, new byte[3])
        );
        run.Feed(Packet.Ethernet().IPv6("fd00::1", "fd00::2").Icmp6Echo(1));

        Amount Bucket(OverflowClass of, Hook at)
        {
            var bucket = run.Buckets()[OverflowBucket.IndexOf(of, at)];
            return new((long)bucket.Packets, (long)bucket.Bytes);
        }

        Assert.Equal(new Amount(2, 110), Bucket(OverflowClass.Tcp, hook));
        Assert.Equal(new Amount(1, 33), Bucket(OverflowClass.Udp, hook));
        Assert.Equal(new Amount(2, 35 + 48), Bucket(OverflowClass.Icmp, hook));
        Assert.Equal(new Amount(2, 52 + 23), Bucket(OverflowClass.Other, hook));
        Assert.Equal(7, run.Overflow().Packets);
        Assert.Equal(2, run.Drain().Count);
        Assert.Equal(7ul, run.Counters.FlowMapFull);
        Assert.Equal(0ul, run.Counters.FlowMapFailed);
    }

    [SkippableFact]
    public void Known_flows_go_on_counting_while_the_map_is_full()
    {
        using var run = new KernelRun(new FlowProgramOptions { MaxFlows = 1 });
        run.Feed(Between(0).Udp(1, 2), Between(1).Udp(1, 2), Between(0).Udp(1, 2));

        Assert.Equal(2, run.DrainSingle().Sent.Packets);
        Assert.Equal(1, run.Overflow().Packets);
    }

    [SkippableFact]
    public void A_full_ring_delays_counts_and_loses_none()
    {
        using var run = new KernelRun(new FlowProgramOptions { RingBytes = 4096 });
        for (var round = 0; round < 3; round++)
        {
            for (var flow = 0; flow < 300; flow++)
            {
                run.Feed(Between(flow).Udp(1, 2).Payload(flow));
            }
        }

        Assert.NotEqual(0ul, run.Counters.RecordsLate);
        var flows = run.Drain();
        Assert.Equal(300, flows.Count);
        Assert.All(flows, f => Assert.Equal(3, f.Sent.Packets));
        Assert.Equal(3 * Enumerable.Range(0, 300).Sum(n => 28 + n), flows.Sum(f => f.Sent.Bytes));
    }

    [SkippableFact]
    public void The_close_of_a_connection_reaches_the_reader_though_the_ring_was_full()
    {
        using var run = new KernelRun(new FlowProgramOptions { RingBytes = 4096 });
        for (var flow = 0; flow < 100; flow++)
        {
            run.Feed(Between(flow).Udp(1, 2));
        }

        new Conversation(run).Open().Close();
        Assert.DoesNotContain(run.Consume(), f => f.Key.Protocol == 6);
        var connection = Assert.Single(run.Drain(), f => f.Key.Protocol == 6);
        Assert.Equal(FlowTcpState.Closed, connection.State.TcpState);
        Assert.Equal(7, connection.Total.Packets);
    }

    [SkippableFact]
    public void A_drain_of_many_flows_gives_each_once()
    {
        const int Count = 20_000;
        using var run = new KernelRun();
        for (var flow = 0; flow < Count; flow++)
        {
            run.Feed(Between(flow % 200).Udp((ushort)(flow / 200), 2));
            if (flow % 1000 == 0)
            {
                run.Consume();
            }
        }

        var flows = run.Drain();
        Assert.Equal(Count, flows.Count);
        Assert.All(flows, f => Assert.Equal(1, f.Reasons.Count(r => r == RecordReason.End)));
        Assert.Equal(Count, flows.Sum(f => f.Total.Packets));
        Assert.Equal((ulong)Count, run.Counters.FlowsCreated);
    }
}
