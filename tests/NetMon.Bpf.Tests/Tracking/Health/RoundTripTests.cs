using System.Diagnostics;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Tracking.Health.Script;

namespace NetMon.Bpf.Tests.Tracking.Health;

/// <summary>From data to its acknowledgment; how long that took is known from the test's own clock.</summary>
public sealed class RoundTripTests
{
    [SkippableTheory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(300)]
    public void A_round_trip_lasts_from_data_to_its_acknowledgment(int milliseconds)
    {
        using var run = new KernelRun();
        var outer = Stopwatch.StartNew();
        var script = new Script(run).FromClient(Client, Server, 100);
        var inner = Stopwatch.StartNew();
        Pause(milliseconds);
        var least = inner.Elapsed.TotalMicroseconds;
        script.FromServer(Server, Client + 100);
        var most = outer.Elapsed.TotalMicroseconds;

        var flow = run.DrainSingle();
        var trips = flow.RoundTrips(flow.Destination);
        Assert.Equal(1, trips.Samples);
        // The clock's tick is 1.024 us.
        Assert.InRange(trips.SumUs, least - 2, most + 2);
        Assert.Equal(((uint)trips.SumUs, (uint)trips.SumUs), (trips.MinUs, trips.MaxUs));
        Assert.Equal(Bucket(trips.SumUs), Array.FindIndex(trips.Buckets, count => count == 1));
        Assert.Equal(0, flow.RoundTrips(flow.Source).Samples);
    }

    [SkippableFact]
    public void The_handshake_gives_the_first_of_each_end()
    {
        using var run = new KernelRun();
        new Script(run).Open(pause: 20);
        var flow = run.DrainSingle();
        Assert.Equal((1, 1), (flow.RoundTrips(0).Samples, flow.RoundTrips(1).Samples));
        Assert.InRange(
            flow.RoundTrips(flow.Destination).SumUs,
            flow.Handshake.SynAckUs - 3,
            flow.Handshake.SynAckUs + 3
        );
        Assert.InRange(
            flow.RoundTrips(flow.Source).SumUs,
            flow.Handshake.AckUs - flow.Handshake.SynAckUs - 3,
            flow.Handshake.AckUs - flow.Handshake.SynAckUs + 3
        );
    }

    [SkippableFact]
    public void There_is_one_in_a_millisecond_at_most()
    {
        using var run = new KernelRun();
        var script = new Script(run);
        var clock = Stopwatch.StartNew();
        for (var i = 0u; i < 2000; i++)
        {
            script.FromClient(Client + i * 10, Server, 10).FromServer(Server, Client + i * 10 + 10);
        }

        var flow = run.DrainSingle();
        Assert.InRange(flow.RoundTrips(flow.Destination).Samples, 2, clock.ElapsedMilliseconds + 1);
    }

    [SkippableFact]
    public void A_cumulative_acknowledgment_counts_from_the_segment_that_was_measured()
    {
        using var run = new KernelRun();
        var script = new Script(run).FromClient(Client, Server, 100);
        Pause(30);
        script.FromClient(Client + 100, Server, 100).FromServer(Server, Client + 200);
        Assert.InRange(run.DrainSingle().RoundTrips(1).MinUs, 29_000u, uint.MaxValue);
    }

    [SkippableFact]
    public void What_was_sent_again_meanwhile_is_ambiguous_and_no_measure()
    {
        using var run = new KernelRun();
        var script = new Script(run).FromClient(Client, Server, 100);
        Pause(10);
        script.FromClient(Client, Server, 100).FromServer(Server, Client + 100);
        Assert.Equal(0, run.DrainSingle().RoundTrips(1).Samples);
    }

    [SkippableTheory]
    [InlineData(700u, 1)] // the first transmission's value came back
    [InlineData(710u, 0)] // the second's
    public void Timestamps_tell_which_transmission_was_answered(uint echo, int samples)
    {
        using var run = new KernelRun();
        var script = new Script(run).FromClient(Client, Server, 100, options: TcpOptions.Timestamps(700, 1));
        Pause(10);
        script
            .FromClient(Client, Server, 100, options: TcpOptions.Timestamps(710, 1))
            .FromServer(Server, Client + 100, options: TcpOptions.Timestamps(90, echo));
        Assert.Equal(samples, run.DrainSingle().RoundTrips(1).Samples);
    }

    [SkippableFact]
    public void Data_that_answers_acknowledges_too()
    {
        using var run = new KernelRun();
        new Script(run)
            .FromClient(Client, Server, 100)
            .FromServer(Server, Client + 100, 50)
            .FromClient(Client + 100, Server + 50, 10);
        var flow = run.DrainSingle();
        Assert.Equal((1, 1), (flow.RoundTrips(0).Samples, flow.RoundTrips(1).Samples));
    }

    [SkippableFact]
    public void The_first_byte_comes_from_the_last_data_of_the_request()
    {
        using var run = new KernelRun();
        var clock = Stopwatch.StartNew();
        var script = new Script(run).Open().FromClient(Client, Server, 100);
        Pause(20);
        script.FromClient(Client + 100, Server, 100).FromServer(Server, Client + 200);
        Pause(50);
        script.FromServer(Server, Client + 200, 100);
        Pause(20);
        script.FromClient(Client + 200, Server + 100, 10).FromServer(Server + 100, Client + 210, 10);
        var handshake = run.DrainSingle().Handshake;
        Assert.InRange(handshake.ResponseUs - handshake.RequestUs, 50_000u, Microseconds(clock));
        Assert.InRange(handshake.RequestUs, handshake.AckUs + 20_000, handshake.AckUs + Microseconds(clock));
    }

    [SkippableFact]
    public void A_greeting_of_the_responder_answers_nothing()
    {
        using var run = new KernelRun();
        var clock = Stopwatch.StartNew();
        var script = new Script(run).Open().FromServer(Server, Client, 40);
        Pause(20);
        script.FromClient(Client, Server + 40, 10);
        Pause(20);
        script.FromServer(Server + 40, Client + 10, 40);
        var handshake = run.DrainSingle().Handshake;
        Assert.InRange(handshake.ResponseUs - handshake.RequestUs, 20_000u, Microseconds(clock));
    }

    [SkippableFact]
    public void The_counts_of_many_records_add_up()
    {
        using var run = new KernelRun(new() { Interval = TimeSpan.FromMilliseconds(1) });
        var script = new Script(run);
        const int Trips = 40;
        for (var i = 0u; i < Trips; i++)
        {
            script.FromClient(Client + i * 10, Server, 10);
            Pause(2);
            script.FromServer(Server, Client + i * 10 + 10).FromServer(Server, Client + i * 10 + 10);
        }

        var flow = run.DrainSingle();
        Assert.True(flow.Reasons.Count(r => r == RecordReason.Update) > Trips / 2);
        Assert.Equal(
            (Trips, (uint)Trips),
            (flow.RoundTrips(flow.Destination).Samples, flow.Events.DuplicateAcks[flow.Destination])
        );
    }

    private static uint Microseconds(Stopwatch clock) => (uint)clock.Elapsed.TotalMicroseconds;

    private static int Bucket(long us)
    {
        var bucket = 0;
        while (us > 1L << (bucket + RoundTripBuckets.FirstShift))
        {
            bucket++;
        }

        return bucket;
    }
}
