using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Namespaces;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>A packet seen at two interfaces is one packet: each direction is counted at one of them.</summary>
public sealed class ObserverTests
{
    private static readonly byte[] Request = Packet
        .Ethernet()
        .IPv4("10.0.0.1", "10.0.0.2")
        .Udp(1000, 53)
        .Payload(10)
        .Build();
    private static readonly byte[] Reply = Packet
        .Ethernet()
        .IPv4("10.0.0.2", "10.0.0.1")
        .Udp(53, 1000)
        .Payload(90)
        .Build();

    [SkippableFact]
    public void From_a_pod_to_the_uplink_the_pods_side_counts_and_the_uplink_skips() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            for (var i = 0; i < 10; i++)
            {
                See(run, pod, Hook.Ingress, Request);
                See(run, uplink, Hook.Egress, Request);
            }

            var flow = run.DrainSingle();
            Assert.Equal(new Amount(10, 380), flow.Sent);
            Assert.Equal((uint)pod.Ifindex | FlowStateRecord.ObserverPod, flow.State.Observer[flow.Source]);
            Assert.Equal((10ul, 380ul), (run.Counters.SkippedPackets, run.Counters.SkippedBytes));
            Assert.Equal(0ul, run.Counters.Handovers);
            Assert.False(flow.Overlay);
        });

    [SkippableFact]
    public void From_the_uplink_to_a_pod_the_pod_takes_over_and_no_packet_counts_twice() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            for (var i = 0; i < 10; i++)
            {
                See(run, uplink, Hook.Ingress, Reply);
                See(run, pod, Hook.Egress, Reply);
            }

            var flow = run.DrainSingle();
            Assert.Equal(new Amount(10, 1180), flow.Sent);
            Assert.Equal(
                (uint)pod.Ifindex | FlowStateRecord.ObserverPod | FlowStateRecord.ObserverEgress,
                flow.State.Observer[flow.Source]
            );
            Assert.Equal(
                (1ul, 10ul, 1180ul),
                (run.Counters.Handovers, run.Counters.SkippedPackets, run.Counters.SkippedBytes)
            );
        });

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void Packets_under_way_between_the_uplink_and_the_pod_count_once(int ahead) =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            const int Total = 300;
            for (var i = 0; i < Total; i++)
            {
                See(run, uplink, Hook.Ingress, Reply);
                if (i >= ahead)
                {
                    See(run, pod, Hook.Egress, Reply);
                }
            }

            for (var i = 0; i < ahead; i++)
            {
                See(run, pod, Hook.Egress, Reply);
            }

            Assert.Equal(new Amount(Total, Total * 118), run.DrainSingle().Sent);
            Assert.Equal((ulong)Total, run.Counters.SkippedPackets);
        });

    [SkippableFact]
    public void Segments_that_the_uplink_saw_as_one_and_the_pod_one_by_one_count_once() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            for (var burst = 0; burst < 5; burst++)
            {
                var start = 1000u + (uint)(burst * 3000);
                run.Hook = Hook.Ingress;
                run.Ifindex = uplink.Ifindex;
                run.Feed(Conversation.FromClient(TcpFlags.Ack, start, 3000).Build(), 1000, 3);
                for (var segment = 0u; segment < 3; segment++)
                {
                    See(
                        run,
                        pod,
                        Hook.Egress,
                        Conversation.FromClient(TcpFlags.Ack, start + (segment * 1000), 1000).Build()
                    );
                }
            }

            var flow = run.DrainSingle();
            Assert.Equal(new Amount(15, 15 * 1040), flow.Sent);
            Assert.Equal((0u, 0ul), flow.RetransmitsSent);
        });

    [SkippableFact]
    public void Packets_that_are_lost_between_the_uplink_and_the_pod_leave_the_larger_count() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            See(run, uplink, Hook.Ingress, Reply);
            See(run, uplink, Hook.Ingress, Reply);
            See(run, pod, Hook.Egress, Reply);
            Assert.Equal(2, run.Consume().Single().Sent.Packets + 1); // the second is pending

            Assert.Equal(new Amount(2, 236), run.DrainSingle().Sent);
        });

    [SkippableFact]
    public void A_pod_that_came_after_the_flow_began_is_owed_nothing() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            See(run, uplink, Hook.Ingress, Reply);
            See(run, uplink, Hook.Ingress, Reply);
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            See(run, pod, Hook.Egress, Reply);
            See(run, uplink, Hook.Ingress, Reply);
            See(run, pod, Hook.Egress, Reply);

            Assert.Equal(4, run.DrainSingle().Sent.Packets);
            Assert.Equal((1ul, 1ul), (run.Counters.Handovers, run.Counters.SkippedPackets));
        });

    [SkippableFact]
    public void A_direction_with_too_much_under_way_stays_at_the_uplink() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            const int Total = 5000;
            for (var i = 0; i < Total; i++)
            {
                See(run, uplink, Hook.Ingress, Reply);
            }

            for (var i = 0; i < Total; i++)
            {
                See(run, pod, Hook.Egress, Reply);
            }

            Assert.Equal(Total, run.DrainSingle().Sent.Packets);
            Assert.Equal((0ul, (ulong)Total), (run.Counters.Handovers, run.Counters.SkippedPackets));
        });

    [SkippableFact]
    public void Each_direction_has_an_observer_of_its_own() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            for (var i = 0; i < 5; i++)
            {
                See(run, pod, Hook.Ingress, Request);
                See(run, uplink, Hook.Egress, Request);
                See(run, uplink, Hook.Ingress, Reply);
                See(run, pod, Hook.Egress, Reply);
            }

            var flow = run.DrainSingle();
            Assert.Equal((new Amount(5, 190), new Amount(5, 590)), (flow.Sent, flow.Received));
            Assert.Equal((uint)pod.Ifindex, flow.State.Observer[0] & FlowStateRecord.ObserverIfindex);
            Assert.Equal((uint)pod.Ifindex, flow.State.Observer[1] & FlowStateRecord.ObserverIfindex);
        });

    [SkippableFact]
    public void Between_two_pods_the_first_that_saw_it_counts() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var client = new ObservedInterface(run, InterfaceKind.Pod);
            using var server = new ObservedInterface(run, InterfaceKind.Pod);
            for (var i = 0; i < 5; i++)
            {
                See(run, client, Hook.Ingress, Request);
                See(run, server, Hook.Egress, Request);
                See(run, server, Hook.Ingress, Reply);
                See(run, client, Hook.Egress, Reply);
            }

            var flow = run.DrainSingle();
            Assert.Equal((new Amount(5, 190), new Amount(5, 590)), (flow.Sent, flow.Received));
            Assert.Equal(
                (uint)client.Ifindex,
                flow.State.Observer[flow.Source] & FlowStateRecord.ObserverIfindex
            );
            Assert.Equal(
                (uint)server.Ifindex,
                flow.State.Observer[flow.Destination] & FlowStateRecord.ObserverIfindex
            );
            Assert.Equal(10ul, run.Counters.SkippedPackets);
        });

    [SkippableFact]
    public void Both_hooks_of_one_interface_are_two_observation_points() =>
        PrivateNetwork.Run(() =>
        {
            // A packet that is routed back out where it came in.
            // An uplink that is silent for seconds is replaced.
            ObservedInterface? uplink = null;
            using var run = KernelRun.Within(
                TimeSpan.FromSeconds(1),
                new(),
                run =>
                {
                    uplink?.Dispose();
                    uplink = new ObservedInterface(run, InterfaceKind.Uplink);
                    for (var i = 0; i < 5; i++)
                    {
                        See(run, uplink, Hook.Ingress, Request);
                        See(run, uplink, Hook.Egress, Request);
                    }
                }
            );
            using var last = uplink;

            Assert.Equal(5, run.DrainSingle().Sent.Packets);
            Assert.Equal(5ul, run.Counters.SkippedPackets);
        });

    [SkippableFact]
    public void A_direction_whose_interface_is_gone_is_taken_over() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            See(run, pod, Hook.Ingress, Request);
            See(run, uplink, Hook.Egress, Request);
            pod.Forget();
            See(run, uplink, Hook.Egress, Request);
            See(run, uplink, Hook.Egress, Request);

            var flow = run.DrainSingle();
            Assert.Equal(3, flow.Sent.Packets);
            Assert.Equal((1ul, 1ul), (run.Counters.Takeovers, run.Counters.SkippedPackets));
            Assert.Equal(
                (uint)uplink.Ifindex,
                flow.State.Observer[flow.Source] & FlowStateRecord.ObserverIfindex
            );
        });

    [SkippableFact]
    public void A_direction_whose_observer_fell_silent_is_taken_over() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var before = new ObservedInterface(run, InterfaceKind.Uplink);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            See(run, before, Hook.Egress, Request);
            See(run, uplink, Hook.Egress, Request);

            // The route changed: only the other uplink sees the flow now.
            var fed = 2;
            for (var i = 0; i < 10; i++, fed++)
            {
                Thread.Sleep(600);
                See(run, uplink, Hook.Egress, Request);
            }

            var flow = run.DrainSingle();
            Assert.Equal(1ul, run.Counters.Takeovers);
            Assert.Equal(fed, flow.Sent.Packets + (long)run.Counters.SkippedPackets);
            Assert.True(flow.Sent.Packets > 5);
        });

    [SkippableFact]
    public void TCP_is_followed_at_one_observation_point_only() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            Packet[] client =
            [
                Conversation.FromClient(TcpFlags.Syn, 1000),
                Conversation.FromClient(TcpFlags.Ack, 1001),
                Conversation.FromClient(TcpFlags.Ack, 1001, 100),
                Conversation.FromClient(TcpFlags.Ack, 1101, 0, window: 0),
                Conversation.FromClient(TcpFlags.Rst, 1101),
            ];
            See(run, pod, Hook.Ingress, client[0].Build());
            See(run, uplink, Hook.Egress, client[0].Build());
            var synAck = Conversation.FromServer(TcpFlags.Syn | TcpFlags.Ack, 5000).Build();
            See(run, uplink, Hook.Ingress, synAck);
            See(run, pod, Hook.Egress, synAck);
            foreach (var segment in client[1..])
            {
                See(run, pod, Hook.Ingress, segment.Build());
                See(run, uplink, Hook.Egress, segment.Build());
            }

            var flow = run.DrainSingle();
            Assert.Equal((5, 1), (flow.Sent.Packets, flow.Received.Packets));
            Assert.Equal((0u, 0ul), flow.RetransmitsSent);
            Assert.Equal((0u, 1u, 1u), (flow.SynRetries, flow.ZeroWindowsSent, flow.ResetsSent));
            Assert.Equal(FlowTcpState.Reset, flow.State.TcpState);
        });

    private static void See(KernelRun run, ObservedInterface where, Hook hook, byte[] packet)
    {
        run.Ifindex = where.Ifindex;
        run.Hook = hook;
        run.Feed(packet);
    }
}
