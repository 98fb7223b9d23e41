using NetMon.Agent.Attribution;
using NetMon.Agent.Flows;

namespace NetMon.Agent.Tests.Flows;

/// <summary>What a flow gathered at another rate while it waited stays apart, and comes back as its source sees it.</summary>
public class EarlierCountsTests
{
    private readonly EarlierCounts _earlier = new();
    private FlowEntry _entry;
    private WaitingFlow _waiting;

    public EarlierCountsTests()
    {
        _entry.Flow.SamplingRate = 1;
        _entry.Flow.Total.Sent.Packets = 10;
        _entry.Flow.Total.Received.Packets = 3;
        _waiting.RoundTrips.Any = true;
        _waiting.RoundTrips.Source[2] = 5;
    }

    [Fact]
    public void Counts_of_the_same_rate_stay_with_the_flow()
    {
        _earlier.Split(7, ref _entry, ref _waiting, rate: 1);

        Assert.Equal(10, _entry.Flow.Total.Sent.Packets);
        Assert.False(_earlier.TryTake(7, in _entry, out _));
    }

    [Fact]
    public void Counts_of_another_rate_are_given_back_once_with_theirs()
    {
        _earlier.Split(7, ref _entry, ref _waiting, rate: 4);
        Assert.Equal(0, _entry.Flow.Total.Sent.Packets);
        Assert.False(_waiting.RoundTrips.Any);
        Assert.False(_earlier.TryTake(8, in _entry, out _));

        Assert.True(_earlier.TryTake(7, in _entry, out var part));
        Assert.Equal(
            (1, 10L, 3L, 5u),
            (part.Rate, part.Counts.Sent.Packets, part.Counts.Received.Packets, part.RoundTrips.Source[2])
        );
        Assert.False(_earlier.TryTake(7, in _entry, out _));
    }

    [Fact]
    public void A_flow_whose_source_turned_out_to_be_the_other_end_gets_them_the_other_way_round()
    {
        _earlier.Split(7, ref _entry, ref _waiting, rate: 4);
        _entry.SourceEnd = 1;

        Assert.True(_earlier.TryTake(7, in _entry, out var part));
        Assert.Equal(
            (3L, 10L, 5u),
            (part.Counts.Sent.Packets, part.Counts.Received.Packets, part.RoundTrips.Destination[2])
        );
    }
}
