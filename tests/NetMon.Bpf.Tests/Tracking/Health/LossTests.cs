using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Tracking.Health.Script;

namespace NetMon.Bpf.Tests.Tracking.Health;

/// <summary>Segments below the highest number sent: sent again, and why, or late.</summary>
public sealed class LossTests
{
    private const int BeyondLate = 10;

    [SkippableFact]
    public void A_segment_that_a_later_one_overtook_is_out_of_order_after_a_gap() =>
        Expect(
            Play(script =>
                script
                    .Open(pause: 100)
                    .FromClient(Client, Server, 100)
                    .FromClient(Client + 200, Server, 100)
                    .FromClient(Client + 100, Server, 100)
            ),
            new() { OutOfOrder = 1, Gaps = 1 }
        );

    [SkippableFact]
    public void After_a_round_trip_the_same_is_sent_again() =>
        Expect(
            Play(script =>
                script
                    .FromClient(Client, Server, 100)
                    .FromClient(Client + 200, Server, 100)
                    .Wait(BeyondLate)
                    .FromClient(Client + 100, Server, 100)
            ),
            new()
            {
                Retransmits = 1,
                Bytes = 100,
                Gaps = 1,
            }
        );

    [SkippableFact]
    public void What_was_seen_already_is_sent_again_however_soon() =>
        Expect(
            Play(script =>
                script
                    .Open(pause: 100)
                    .FromClient(Client, Server, 100)
                    .FromClient(Client + 100, Server, 100)
                    .FromClient(Client, Server, 100)
            ),
            new() { Retransmits = 1, Bytes = 100 }
        );

    [SkippableFact]
    public void The_last_segment_once_more_is_sent_again_however_soon() =>
        Expect(
            Play(script =>
                script.Open(pause: 100).FromClient(Client, Server, 100).FromClient(Client, Server, 100)
            ),
            new() { Retransmits = 1, Bytes = 100 }
        );

    [SkippableFact]
    public void What_duplicate_acknowledgments_ask_for_is_a_fast_retransmission()
    {
        var flow = Play(
            script =>
            {
                script
                    .Open()
                    .FromClient(Client, Server, 100)
                    .FromClient(Client + 100, Server, 100)
                    .Wait(BeyondLate * 2);
                for (var i = 0; i < 3; i++)
                {
                    script.FromServer(Server, Client);
                }

                script.FromClient(Client, Server, 100);
            },
            // It is fast within 20 ms.
            standstill: TimeSpan.FromMilliseconds(15)
        );
        Expect(
            flow,
            new()
            {
                Retransmits = 1,
                Fast = 1,
                Bytes = 100,
            }
        );
        Assert.Equal(3u, flow.Events.DuplicateAcks[flow.Destination]);
    }

    [SkippableFact]
    public void A_moment_later_it_is_no_longer_fast() =>
        Expect(
            Play(
                script =>
                {
                    script.Open().FromClient(Client, Server, 100).FromClient(Client + 100, Server, 100);
                    for (var i = 0; i < 4; i++)
                    {
                        script.FromServer(Server, Client);
                    }

                    script.Wait(40).FromClient(Client, Server, 100);
                },
                standstill: TimeSpan.FromMilliseconds(25)
            ),
            new() { Retransmits = 1, Bytes = 100 }
        );

    [SkippableFact]
    public void After_a_silence_of_the_sender_its_timer_ran_out_each_time() =>
        Expect(
            Play(script =>
                script
                    .Open()
                    .FromClient(Client, Server, 100)
                    .FromClient(Client + 100, Server, 100)
                    .Wait(230)
                    .FromClient(Client, Server, 100)
                    .Wait(230)
                    // The second follows the first, as after a time-out: only one timer ran out.
                    .FromClient(Client, Server, 100)
                    .FromClient(Client + 100, Server, 100)
            ),
            new()
            {
                Retransmits = 3,
                Timeout = 2,
                Bytes = 300,
            }
        );

    [SkippableFact]
    public void A_SYN_again_after_a_second_is_a_timeout()
    {
        using var run = new KernelRun();
        var script = new Script(run).FromClient(Client - 1, 0, flags: TcpFlags.Syn);
        Pause(230);
        script.FromClient(Client - 1, 0, flags: TcpFlags.Syn);
        Expect(run, new() { Retransmits = 1, Timeout = 1 });
    }

    [SkippableFact]
    public void What_was_acknowledged_before_is_sent_again_for_nothing()
    {
        using var run = new KernelRun();
        var script = new Script(run).Open().FromClient(Client, Server, 100).FromServer(Server, Client + 100);
        Pause(BeyondLate);
        script.FromClient(Client, Server, 100);
        Expect(
            run,
            new()
            {
                Retransmits = 1,
                Spurious = 1,
                Bytes = 100,
            }
        );
    }

    [SkippableFact]
    public void Segments_of_a_large_packet_count_each_and_in_part_those_that_are_touched() =>
        Expect(
            Play(script =>
                script
                    .FromClient(Client, Server, 2500, segments: 5)
                    .Wait(BeyondLate)
                    .FromClient(Client, Server, 2500, segments: 5)
                    .Wait(BeyondLate)
                    .FromClient(Client + 1750, Server, 2500, segments: 5)
            ),
            new() { Retransmits = 7, Bytes = 3250 }
        );

    [SkippableFact]
    public void Keep_alives_and_their_answers_are_nothing_of_all_that()
    {
        using var run = new KernelRun();
        new Script(run)
            .Open()
            .FromClient(Client, Server, 100)
            .FromServer(Server, Client + 100)
            .FromClient(Client + 99, Server, 1)
            .FromServer(Server, Client + 100)
            .FromClient(Client + 99, Server)
            .FromServer(Server, Client + 100);
        var flow = run.DrainSingle();
        Expect(flow, default);
        Assert.Equal(0u, flow.Events.DuplicateAcks[flow.Destination]);
    }

    [SkippableFact]
    public void Acknowledgments_with_data_or_another_window_are_no_duplicates()
    {
        using var run = new KernelRun();
        new Script(run)
            .Open()
            .FromServer(Server, Client, 10)
            .FromServer(Server + 10, Client, 10)
            .FromServer(Server + 20, Client, window: 400)
            .FromServer(Server + 20, Client, window: 401);
        Assert.Equal(0u, Events(run).DuplicateAcks[1]);
    }

    [SkippableFact]
    public void Without_health_late_segments_count_as_sent_again_and_the_rest_is_0()
    {
        using var run = new KernelRun(new() { TcpHealth = false });
        new Script(run)
            .Open(pause: 100)
            .FromClient(Client, Server, 100)
            .FromClient(Client + 200, Server, 100)
            .FromClient(Client + 100, Server, 100)
            .FromServer(Server, Client + 300);
        var flow = run.DrainSingle();
        Expect(flow, new() { Retransmits = 1, Bytes = 100 });
        Assert.Equal(0, flow.RoundTrips(0).Samples + flow.RoundTrips(1).Samples);
        Assert.Equal(0u, flow.Handshake.RequestUs);
    }

    private static FlowEvents Events(KernelRun run) => run.DrainSingle().Events;

    private static void Expect(KernelRun run, Loss loss) => Expect(run.DrainSingle(), loss);

    private static void Expect(SeenFlow flow, Loss loss)
    {
        var (events, end) = (flow.Events, flow.Source);
        Assert.Equal(
            loss,
            new Loss
            {
                Retransmits = events.Retransmits[end],
                Bytes = events.RetransmittedBytes[end],
                Fast = events.FastRetransmits[end],
                Timeout = events.TimeoutRetransmits[end],
                Spurious = events.SpuriousRetransmits[end],
                OutOfOrder = events.OutOfOrder[end],
                Gaps = events.Gaps[end],
            }
        );
    }

    private readonly record struct Loss
    {
        public uint Retransmits { get; init; }
        public ulong Bytes { get; init; }
        public uint Fast { get; init; }
        public uint Timeout { get; init; }
        public uint Spurious { get; init; }
        public uint OutOfOrder { get; init; }
        public uint Gaps { get; init; }
    }
}
