using NetMon.Agent.Flows;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;
using NetMon.Core.Sockets;

namespace NetMon.Agent.Tests.Flows;

/// <summary>A connection's health, from the record to the flow and the metrics.</summary>
public sealed class FlowHealthTests
{
    [Theory]
    [InlineData("10.0.0.9:40000", "10.0.0.2:80")]
    [InlineData("10.0.0.2:40000", "10.0.0.9:80")]
    public void All_that_the_kernel_tells_is_told_from_the_source_on(string source, string destination)
    {
        var test = new TestFlow(source, destination).Established();
        var record = test.Record(RecordReason.Update, (1, 10), (2, 20));
        for (var end = 0; end < 2; end++)
        {
            var n = end == test.Initiator ? 0u : 100;
            record.Events.ZeroWindowNs[end] = 1 + n;
            record.Events.FastRetransmits[end] = 2 + n;
            record.Events.TimeoutRetransmits[end] = 3 + n;
            record.Events.SpuriousRetransmits[end] = 4 + n;
            record.Events.OutOfOrder[end] = 5 + n;
            record.Events.DuplicateAcks[end] = 6 + n;
            record.Events.Gaps[end] = 7 + n;
            record.Events.WindowFull[end] = 8 + n;
            record.RoundTrips.SumUs[end] = 9 + n;
            record.RoundTrips.Buckets[end][0] = 10;
            record.RoundTrips.Buckets[end][15] = (ushort)n;
            record.Extremes.MinUs[end] = 11 + n;
            record.Extremes.MaxUs[end] = 12 + n;
            record.Handshake.Mss[end] = (ushort)(1300 + n);
        }

        var flow = Translate(in record, test.Initiator);
        var trips = default(RoundTripCounts);
        RecordTranslator.AddRoundTrips(in record, test.Initiator, ref trips);

        Assert.Equal(Health(0), flow.Total.SourceHealth);
        Assert.Equal(Health(100), flow.Total.DestinationHealth);
        Assert.Equal(new(11, 12), flow.SourceRoundTrips);
        Assert.Equal(new(111, 112), flow.DestinationRoundTrips);
        Assert.Equal((1300, 1400), (flow.MssSent, flow.MssReceived));
        Assert.True(trips.Any);
        Assert.Equal((10u, 0u), (trips.Source[0], trips.Source[15]));
        Assert.Equal((10u, 100u), (trips.Destination[0], trips.Destination[15]));
    }

    [Fact]
    public void A_record_without_round_trips_adds_none()
    {
        var trips = default(RoundTripCounts);
        var record = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Record(RecordReason.Open, (1, 60));
        RecordTranslator.AddRoundTrips(in record, 0, ref trips);
        Assert.False(trips.Any);
    }

    [Fact]
    public void Turned_round_twice_a_flow_is_as_it_was_but_for_its_first_answer()
    {
        var test = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        var record = test.Record(RecordReason.Update, (1, 10), (2, 20));
        record.Events.Gaps[test.Initiator] = 3;
        record.Extremes.MinUs[test.Initiator] = 4;
        record.Handshake.Mss[test.Initiator] = 5;
        record.Handshake.RequestUs = 200;
        record.Handshake.ResponseUs = 300;
        var flow = Translate(in record, test.Initiator);
        flow.SourceOwner = new SocketOwner(1, "a", "", "", "");
        flow.SourceSocket.SrttUs = 6;
        flow.Drops = new([new("X", 1, 2, 3, 4)]) { ByPolicy = true };
        Assert.Equal(100u, flow.FirstByteUs);

        var swapped = flow;
        RecordTranslator.Swap(ref swapped);
        Assert.Equal((0u, 3u), (swapped.Total.SourceHealth.Gaps, swapped.Total.DestinationHealth.Gaps));
        Assert.Equal(4u, swapped.DestinationRoundTrips.MinUs);
        Assert.Equal((0, 5), (swapped.MssSent, swapped.MssReceived));
        Assert.Equal((null, "a"), (swapped.SourceOwner?.Command, swapped.DestinationOwner?.Command));
        Assert.Equal((0u, 6u), (swapped.SourceSocket.SrttUs, swapped.DestinationSocket.SrttUs));
        Assert.Equal(new("X", 3, 4, 1, 2), Assert.Single(swapped.Drops!.Reasons));
        Assert.Equal(0u, swapped.FirstByteUs);
        RecordTranslator.Swap(ref swapped);
        Assert.Equal(flow.Total, swapped.Total);
        Assert.Equal(flow.SourceRoundTrips, swapped.SourceRoundTrips);
        Assert.Equal(flow.SourceOwner, swapped.SourceOwner);
    }

    [Fact]
    public void The_first_byte_is_known_where_the_SYN_was_seen()
    {
        var test = new TestFlow("10.0.0.1:40000", "10.0.0.2:80");
        test.Handshake.RequestUs = 200;
        test.Handshake.ResponseUs = 300;
        var record = test.Record(RecordReason.Update, (1, 10), (2, 20));
        Assert.Equal(0u, Translate(in record, test.Initiator).FirstByteUs);
        record = test.Established().Record(RecordReason.Update, (1, 10), (2, 20));
        record.Handshake.RequestUs = 200;
        record.Handshake.ResponseUs = 200;
        Assert.Equal(1u, Translate(in record, test.Initiator).FirstByteUs);
    }

    [Fact]
    public void The_first_byte_is_observed_once_and_round_trips_with_each_record_late_ones_too()
    {
        var agent = new PipelineUnderTest();
        var test = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        foreach (
            var reason in new[]
            {
                RecordReason.Open,
                RecordReason.Update,
                RecordReason.End,
                RecordReason.Late,
            }
        )
        {
            var record = test.Record(reason, (1, 60), (1, 60));
            record.RoundTrips.Buckets[0][2] = 1;
            record.RoundTrips.SumUs[0] = 200;
            agent.Process(in record);
            test.Handshake.RequestUs = 1000;
            test.Handshake.ResponseUs = 8000;
        }

        Assert.Equal(4, agent.Samples("netmon_tcp_rtt_seconds_count").Values.Single());
        Assert.Equal(800e-6, agent.Samples("netmon_tcp_rtt_seconds_sum").Values.Single(), 12);
        var firstByte = agent
            .Samples("netmon_latency_seconds_sum")
            .Single(one => one.Key.Contains("first_byte", StringComparison.Ordinal));
        Assert.Equal(0.007, firstByte.Value, 9);
    }

    [Fact]
    public void A_flow_that_finds_no_room_is_in_the_figures_with_its_health()
    {
        var agent = new PipelineUnderTest(capacity: 1);
        for (var i = 0; i < 3; i++)
        {
            var test = new TestFlow($"10.0.0.1:{40_000 + i}", "10.0.0.2:80").Established();
            var record = test.Record(RecordReason.Open, (1, 60), (1, 60));
            record.RoundTrips.Buckets[test.Initiator][1] = 1;
            record.RoundTrips.SumUs[test.Initiator] = 100;
            record.Events.Gaps[test.Initiator] = 1;
            agent.Process(in record);
        }

        Assert.Equal(3, agent.Samples("netmon_tcp_rtt_seconds_count").Values.Single());
        Assert.Equal(3, agent.Samples("netmon_tcp_events_total").Values.Single());
    }

    private static EndHealth Health(uint n) =>
        new()
        {
            ZeroWindowNs = 1 + n,
            FastRetransmits = 2 + n,
            TimeoutRetransmits = 3 + n,
            SpuriousRetransmits = 4 + n,
            OutOfOrder = 5 + n,
            DuplicateAcks = 6 + n,
            Gaps = 7 + n,
            WindowFull = 8 + n,
            RoundTripSumUs = 9 + n,
            RoundTrips = 10 + n,
        };

    private static Flow Translate(in FlowRecord record, int source)
    {
        var flow = default(Flow);
        RecordTranslator.Begin(in record, new InitiatorRules(), ref flow);
        RecordTranslator.ReadCounts(in record, source, out var counts);
        RecordTranslator.Advance(in record, source, in counts, ref flow);
        return flow;
    }
}
