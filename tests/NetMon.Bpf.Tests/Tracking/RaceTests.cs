using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>Packets on every CPU while flows end, are removed and come back: each packet is counted once.</summary>
public sealed class RaceTests
{
    private const int Threads = 3;
    private const int PacketsOfEachThread = 40_000;

    [SkippableFact]
    public void Packets_that_meet_the_sweep_are_counted_once()
    {
        using var run = new KernelRun(
            new FlowProgramOptions
            {
                UdpIdle = TimeSpan.FromMicroseconds(200),
                Interval = TimeSpan.FromMilliseconds(1),
            }
        );
        var packets = Enumerable.Range(0, 64).Select(i => Udp((ushort)(i + 1)).Build()).ToArray();
        FeedAll(run, packets, () => run.Sweep());

        Assert.NotEqual(0ul, run.Counters.FlowsRemoved);
        AssertExact(run, packets[0].Length - 14);
    }

    [SkippableFact]
    public void Packets_that_meet_the_drain_are_counted_once()
    {
        using var run = new KernelRun();
        var packets = Enumerable.Range(0, 64).Select(i => Udp((ushort)(i + 1)).Build()).ToArray();
        FeedAll(run, packets, () => run.Drain());

        AssertExact(run, packets[0].Length - 14);
    }

    [SkippableFact]
    public void Connections_that_reuse_their_ports_on_every_CPU_are_counted_once()
    {
        using var run = new KernelRun(new FlowProgramOptions { TcpClosed = TimeSpan.FromMicroseconds(100) });
        var packets = Enumerable
            .Range(1, 8)
            .SelectMany(port =>
                new[] { TcpFlags.Syn, TcpFlags.Ack, TcpFlags.Fin, TcpFlags.Rst, TcpFlags.Ack }.Select(
                    (flags, i) =>
                        Packet
                            .Ethernet()
                            .IPv4("10.0.0.1", "10.0.0.2")
                            .Tcp((ushort)port, 80, flags, (uint)i)
                            .Build()
                )
            )
            .ToArray();
        FeedAll(run, packets, () => run.Sweep());

        AssertExact(run, 40);
    }

    [SkippableFact]
    public void Packets_that_meet_in_a_full_map_are_counted_once()
    {
        using var run = new KernelRun(
            new FlowProgramOptions { MaxFlows = 16, UdpIdle = TimeSpan.FromMicroseconds(200) }
        );
        var packets = Enumerable.Range(0, 64).Select(i => Udp((ushort)(i + 1)).Build()).ToArray();
        FeedAll(run, packets, () => run.Sweep());

        Assert.NotEqual(0ul, run.Counters.FlowMapFull);
        AssertExact(run, packets[0].Length - 14);
    }

    private static Packet Udp(ushort port) =>
        Packet.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Udp(port, 53).Payload(10);

    private static void FeedAll(KernelRun run, byte[][] packets, Action meanwhile)
    {
        var threads = Enumerable
            .Range(0, Threads)
            .Select(t => new Thread(() =>
            {
                for (var i = 0; i < PacketsOfEachThread; i++)
                {
                    run.Program.TestRun(
                        LinkLayer.Ethernet,
                        Hook.Ingress,
                        packets[((i * (t + 1)) + t) % packets.Length]
                    );
                }
            }))
            .ToList();
        threads.ForEach(t => t.Start());
        while (threads.Any(t => t.IsAlive))
        {
            meanwhile();
        }

        threads.ForEach(t => t.Join());
    }

    private static void AssertExact(KernelRun run, int bytesOfEach)
    {
        const long Fed = Threads * PacketsOfEachThread;
        var flows = run.Drain();
        var overflow = run.Overflow();
        Assert.Equal(Fed, flows.Sum(f => f.Total.Packets) + overflow.Packets);
        Assert.Equal(Fed * bytesOfEach, flows.Sum(f => f.Total.Bytes) + overflow.Bytes);
        Assert.Equal(0ul, run.Counters.FlowMapFailed + run.Counters.FlowDeleteFailed);
    }
}
