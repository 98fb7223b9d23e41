using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Namespaces;
using NetMon.Testing.Packets;
using Xunit.Abstractions;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>The uplink and the pod's interface are on different CPUs: the pod takes a direction over while the uplink counts in it.</summary>
public sealed class HandoverRaceTests(ITestOutputHelper output)
{
    private const int Flows = 60_000;
    private const int PacketsOfEachFlow = 3;

    [SkippableFact]
    public void Packets_at_the_uplink_during_a_handover_are_counted_once() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            var (atUplink, atPod) = (0, 0);

            // The uplink sees every packet before the pod does, but runs on meanwhile.
            var first = new Thread(() =>
            {
                for (var packet = 0; packet < Flows * PacketsOfEachFlow; packet++)
                {
                    See(run, uplink, Hook.Ingress, packet);
                    Volatile.Write(ref atUplink, packet + 1);
                    var spinner = default(SpinWait);
                    while (Volatile.Read(ref atPod) < packet - 1)
                    {
                        spinner.SpinOnce(sleep1Threshold: -1);
                    }
                }
            });
            var second = new Thread(() =>
            {
                for (var packet = 0; packet < Flows * PacketsOfEachFlow; packet++)
                {
                    var spinner = default(SpinWait);
                    while (Volatile.Read(ref atUplink) <= packet)
                    {
                        spinner.SpinOnce(sleep1Threshold: -1);
                    }

                    See(run, pod, Hook.Egress, packet);
                    Volatile.Write(ref atPod, packet + 1);
                }
            });
            first.Start();
            second.Start();
            while (!second.Join(10))
            {
                run.Consume();
            }

            first.Join();
            var flows = run.Drain();
            var wrong = flows.Where(f => f.Total.Packets != PacketsOfEachFlow).ToList();
            var counters = run.Counters;
            output.WriteLine(
                $"{flows.Count} flows, {counters.Handovers} handovers, {counters.SkippedPackets} skipped; {wrong.Count} wrong, such as "
                    + string.Join(", ", wrong.Take(5).Select(f => $"{f}: {f.Total}"))
            );
            Assert.Equal(Flows, flows.Count);
            Assert.Empty(wrong);
        });

    private static void See(KernelRun run, ObservedInterface where, Hook hook, int packet)
    {
        var bytes = Packets[packet / PacketsOfEachFlow % Packets.Length];
        run.Program.TestRun(LinkLayer.Ethernet, hook, bytes, new TestRunOptions { Ifindex = where.Ifindex });
    }

    private static readonly byte[][] Packets =
    [
        .. Enumerable
            .Range(1, Flows)
            .Select(port => Packet.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Udp((ushort)port, 53).Build()),
    ];
}
