using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

public class FlowRankingTests
{
    [Theory]
    [InlineData(FlowSort.Recent, "cab")]
    [InlineData(FlowSort.Bytes, "bca")]
    [InlineData(FlowSort.Packets, "acb")]
    [InlineData(FlowSort.Age, "abc")]
    [InlineData(FlowSort.Rtt, "bac")]
    public void Each_order_puts_its_greatest_first(FlowSort sort, string order)
    {
        var ranking = new FlowRanking(sort, 3);
        // Ports name the flows: a, b, c.
        ranking.Add(New('a', start: 1, last: 8, bytes: 10, packets: 9, rtt: (20, 10)));
        ranking.Add(New('b', start: 2, last: 7, bytes: 30, packets: 1, rtt: (10, 40)));
        ranking.Add(New('c', start: 3, last: 9, bytes: 20, packets: 2, rtt: (900, 0)));

        Assert.Equal(order, Names(ranking.Take()));
    }

    [Fact]
    public void The_limit_keeps_what_a_full_sort_would_have_put_first()
    {
        var cases =
            from flows in FlowGenerators.Flow.ArrayOf()
            from sort in Gen.Elements(Enum.GetValues<FlowSort>())
            from limit in Gen.Choose(0, 10)
            select (flows, sort, limit);
        Prop.ForAll(
                cases.ToArbitrary(),
                given =>
                {
                    var ranking = new FlowRanking(given.sort, given.limit);
                    foreach (var flow in given.flows)
                    {
                        ranking.Add(in flow);
                    }

                    var expected = given
                        .flows.Select(flow => given.sort.Rank(in flow))
                        .OrderDescending()
                        .Take(given.limit);
                    Assert.Equal(expected, ranking.Take().Select(flow => given.sort.Rank(in flow)));
                }
            )
            .Holds();
    }

    [Fact]
    public void Equals_come_in_the_same_order_however_they_were_added()
    {
        Flow[] flows = [.. "abcdefgh".Select(name => New(name, 1, 1, 1, 1, (0, 0)))];
        var forward = new FlowRanking(FlowSort.Bytes, 4);
        var backward = new FlowRanking(FlowSort.Bytes, 4);
        foreach (var flow in flows)
        {
            forward.Add(in flow);
        }

        foreach (var flow in flows.Reverse())
        {
            backward.Add(in flow);
        }

        Assert.Equal(Names(forward.Take()), Names(backward.Take()));
    }

    private static string Names(IEnumerable<Flow> flows) =>
        string.Concat(flows.Select(flow => (char)flow.Source.Port));

    private static Flow New(char name, ulong start, ulong last, long bytes, long packets, (uint, uint) rtt) =>
        new()
        {
            Source = new FlowEndpoint(NetworkAddress.FromIPv4(1), name, 1),
            StartNs = start,
            LastNs = last,
            Total = { Sent = { Bytes = bytes - 1, Packets = packets }, Received = { Bytes = 1 } },
            SynToSynAckUs = rtt.Item1,
            SynAckToAckUs = rtt.Item2,
        };
}
