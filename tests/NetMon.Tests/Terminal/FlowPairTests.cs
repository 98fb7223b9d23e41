using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Terminal.Flows;
using NetMon.Terminal.Flows.Pairs;

namespace NetMon.Tests.Terminal;

/// <summary>Sums of flows over pairs of ends.</summary>
public sealed class FlowPairTests
{
    [Fact]
    public void Flows_of_one_workload_to_another_are_one_row() =>
        Assert.Equal(
            """
            SOURCE       DESTINATION          FLOWS  FAILED    SENT  RECEIVED  PACKETS    RTT  RETRANS
            shop/web     shop/redis               2       0  13.3kB    4.57MB     4583  500µs        0
            shop/web     shop/api                 1       0  40.0kB    90.0kB      130  500µs        0
            shop/web     node-1                   1       0  8.40kB    8.40kB       18      -        0
            shop/web     office                   1       0  5.00kB    7.00kB       12  500µs        0
            unknown pod  external                 1       0  2.00kB    3.00kB        5  500µs        0
            node-1       shop/web                 1       0    700B      900B        2  500µs        0
            shop/web     kube-system/coredns      1       0     68B      140B        2      -        0
            shop/web     shop/stock               1       1    180B        0B        1      -        0
            external     shop/redis               1       0     60B       40B        2  500µs        0

            """,
            Print(NamedFlows.All, PairSubject.Workload)
        );

    [Theory]
    [InlineData("workload", "shop/web shop/redis")]
    [InlineData("pod", "shop/web-7d4f8b9c-x2x4l shop/redis-0")]
    [InlineData("namespace", "shop shop")]
    [InlineData("node", "node-1 node-2")]
    public void An_end_is_named_by_what_is_summed_up(string word, string expected)
    {
        Assert.True(PairSubjects.TryParse(word, out var subject));
        var pair = Assert.Single(
            FlowPair.Sum(FlowText.Views(NamedFlows.ByService).Flows, subject, sort: null)
        );
        Assert.Equal(expected, $"{pair.Source} {pair.Destination}");
    }

    [Theory]
    [InlineData("workload", "unknown pod", "external")]
    [InlineData("pod", "unknown pod", "external")]
    [InlineData("namespace", "unknown pod", "external")]
    [InlineData("node", "unknown node", "external")]
    public void What_is_not_known_is_said_to_be_so(string word, string source, string destination)
    {
        Assert.True(PairSubjects.TryParse(word, out var subject));
        var pair = Assert.Single(
            FlowPair.Sum(FlowText.Views(NamedFlows.UnknownPod).Flows, subject, sort: null)
        );
        Assert.Equal((source, destination), (pair.Source, pair.Destination));
    }

    [Fact]
    public void An_end_of_which_nothing_is_known_has_its_address()
    {
        var pair = Assert.Single(
            FlowPair.Sum(FlowText.Views(FlowTableTests.Flows[0]).Flows, PairSubject.Workload, sort: null)
        );
        Assert.Equal(("10.244.1.17", "10.244.3.9"), (pair.Source, pair.Destination));
    }

    [Fact]
    public void No_flow_is_lost_whatever_is_summed_up()
    {
        var flows = FlowText.Views([.. NamedFlows.All, .. FlowTableTests.Flows]).Flows;
        foreach (var subject in Enum.GetValues<PairSubject>())
        {
            var pairs = FlowPair.Sum(flows, subject, sort: null);
            Assert.Equal(flows.Count, pairs.Sum(pair => pair.Flows));
            Assert.Equal(flows.Sum(flow => flow.Sent.Bytes), pairs.Sum(pair => pair.SentBytes));
            Assert.Equal(flows.Sum(flow => flow.Received.Bytes), pairs.Sum(pair => pair.ReceivedBytes));
            Assert.Equal(2, pairs.Sum(pair => pair.Failed));
        }
    }

    [Theory]
    [InlineData(FlowSort.Bytes, "shop/redis")]
    [InlineData(FlowSort.Packets, "shop/redis")]
    [InlineData(FlowSort.Age, "office")]
    [InlineData(FlowSort.Rtt, "shop/api")]
    public void Pairs_are_ordered_as_their_flows_would_be(FlowSort sort, string first)
    {
        var slow = NamedFlows.ByServiceOfTheSameName with { SynToSynAckUs = 900_000 };
        var pairs = FlowPair.Sum(
            FlowText.Views([.. NamedFlows.All.Where(flow => flow.StartNs != slow.StartNs), slow]).Flows,
            PairSubject.Workload,
            sort
        );
        Assert.Equal(first, pairs[0].Destination);
    }

    [Fact]
    public void The_round_trip_is_the_median_of_those_seen()
    {
        Flow[] flows =
        [
            NamedFlows.Direct with
            {
                SynToSynAckUs = 1_000,
                SynAckToAckUs = 1,
            },
            NamedFlows.Direct with
            {
                SynToSynAckUs = 10,
                SynAckToAckUs = 1,
            },
            NamedFlows.Direct with
            {
                SynToSynAckUs = 100,
                SynAckToAckUs = 1,
            },
            NamedFlows.Direct with
            {
                SynToSynAckUs = 0,
            },
        ];
        Assert.Equal(
            101,
            Assert
                .Single(FlowPair.Sum(FlowText.Views(flows).Flows, PairSubject.Workload, sort: null))
                .RoundTripUs
        );
    }

    [Fact]
    public void Names_from_a_cluster_cannot_command_the_terminal()
    {
        var flow = NamedFlows.Name(
            NamedFlows.Direct,
            NamedFlows.Pod("a\e[2J", "\r", "b\n", "\u202e", "\u009b", "z"),
            Endpoint.NamedExternal("\e]0;title\a"),
            FlowScope.PodToExternal
        );
        foreach (var subject in Enum.GetValues<PairSubject>())
        {
            Assert.All(Print([flow], subject), c => Assert.True(c is '\n' or (>= ' ' and <= '~') or 'µ'));
        }
    }

    private static string Print(Flow[] flows, PairSubject subject)
    {
        using var output = new CapturedOutput();
        var list = FlowText.Views(flows);
        var context = new FlowColumnContext(output.Target.Glyphs, TimeZoneInfo.Utc, list.Time);
        FlowListPrinter.Print(
            FlowPair.Sum(list.Flows, subject, sort: null),
            PairColumns.List(context),
            output.Target
        );
        return output.Text;
    }
}
