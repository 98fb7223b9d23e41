using System.Diagnostics;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using Xunit.Abstractions;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>Packets on every CPU while flows end, are removed and come back: each packet is counted once.</summary>
public sealed class RaceTests(ITestOutputHelper output)
{
    private const int Threads = 3;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);

    /// <summary>Until what is to be met has been, on a machine that gives this little of its time.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    [SkippableFact]
    public void Packets_that_meet_the_sweep_are_counted_once()
    {
        using var run = new KernelRun(
            new FlowProgramOptions
            {
                UdpIdle = TimeSpan.FromMicroseconds(200),
                RingBytes = 64 * 1024 * 1024,
                DeleteAfter = TimeSpan.FromMilliseconds(100),
            }
        );
        var packets = Udp(20_000);
        var fed = FeedAll(run, packets, () => run.Sweep(), () => run.Counters.FlowsRemoved > 0);

        Assert.NotEqual(0ul, run.Counters.FlowsRemoved);
        AssertExact(run, fed, packets[0].Length - 14);
    }

    [SkippableFact]
    public void Packets_that_meet_the_drain_are_counted_once()
    {
        using var run = new KernelRun();
        var packets = Udp(64);
        var fed = FeedAll(run, packets, () => run.Drain());

        AssertExact(run, fed, packets[0].Length - 14);
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
        var fed = FeedAll(run, packets, () => run.Sweep());

        AssertExact(run, fed, 40);
    }

    [SkippableFact]
    public void Packets_that_meet_in_a_full_map_are_counted_once()
    {
        using var run = new KernelRun(
            new FlowProgramOptions
            {
                MaxFlows = 256,
                UdpIdle = TimeSpan.FromMicroseconds(200),
                DeleteAfter = TimeSpan.FromMilliseconds(100),
            }
        );
        var packets = Udp(20_000);
        var fed = FeedAll(run, packets, () => run.Sweep(), () => run.Counters.FlowMapFull > 0);

        Assert.NotEqual(0ul, run.Counters.FlowMapFull);
        AssertExact(run, fed, packets[0].Length - 14);
    }

    private static byte[][] Udp(int flows) =>
        [
            .. Enumerable
                .Range(1, flows)
                .Select(port =>
                    Packet.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Udp((ushort)port, 53).Payload(10).Build()
                ),
        ];

    /// <summary>
    /// Every thread feeds packets until the time is over and what is to be met has been, most from a window of 256 flows that moves on, so that flows are left alone and
    /// go, some from anywhere, so that they come back. Returns how many packets went in.
    /// </summary>
    private static long FeedAll(
        KernelRun run,
        byte[][] packets,
        Action meanwhile,
        Func<bool>? isEnough = null
    )
    {
        var fed = 0L;
        using var over = new CancellationTokenSource();
        var threads = Enumerable
            .Range(0, Threads)
            .Select(t => new Thread(() =>
            {
                var random = new Random(t);
                var mine = 0L;
                for (; !over.IsCancellationRequested; mine++)
                {
                    var index =
                        random.Next(10) == 0 ? random.Next(packets.Length) : (mine / 16) + random.Next(256);
                    run.Program.TestRun(LinkLayer.Ethernet, Hook.Ingress, packets[index % packets.Length]);
                }

                Interlocked.Add(ref fed, mine);
            }))
            .ToList();
        threads.ForEach(t => t.Start());
        var watch = Stopwatch.StartNew();
        do
        {
            meanwhile();
        } while (watch.Elapsed < Duration || (isEnough?.Invoke() == false && watch.Elapsed < Longest));

        over.Cancel();
        threads.ForEach(t => t.Join());
        return fed;
    }

    private void AssertExact(KernelRun run, long fed, int bytesOfEach)
    {
        var flows = run.Drain();
        var overflow = run.Overflow();
        var counters = run.Counters;
        output.WriteLine(
            $"{fed} packets, {counters.FlowsCreated} entries created, {counters.FlowsRemoved} removed, {counters.FlowRaces} races, {counters.FlowMapFailed} refused, {counters.FlowDeleteFailed} not removed, "
                + $"{counters.RecordsLate} records late, {flows.Count(f => f.Reasons.Contains(RecordReason.Late))} late flows"
        );
        Assert.Equal(fed, flows.Sum(f => f.Total.Packets) + overflow.Packets);
        Assert.Equal(fed * bytesOfEach, flows.Sum(f => f.Total.Bytes) + overflow.Bytes);
    }
}
