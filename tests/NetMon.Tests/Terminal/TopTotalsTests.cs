using NetMon.Core.Flows;
using NetMon.Terminal.Top;

namespace NetMon.Tests.Terminal;

public sealed class TopTotalsTests
{
    [Fact]
    public void In_is_what_local_ends_received_and_out_what_they_sent() =>
        Assert.Equal(
            (100 + 1, 10 + 2, 0),
            Totals((FlowDirection.Egress, false, 10, 100), (FlowDirection.Ingress, false, 1, 2))
        );

    [Fact]
    public void Between_two_local_ends_every_byte_is_sent_and_received_here() =>
        Assert.Equal((110, 110, 0), Totals((FlowDirection.Egress, true, 10, 100)));

    [Fact]
    public void What_the_node_forwards_is_apart() =>
        Assert.Equal(
            (2, 1, 110),
            Totals((FlowDirection.Transit, false, 10, 100), (FlowDirection.Egress, false, 1, 2))
        );

    private static (double In, double Out, double Through) Totals(
        params (FlowDirection Direction, bool Local, double Sent, double Received)[] flows
    )
    {
        var totals = TopTotals.Of([
            .. flows.Select(one => new TopRow(
                FlowText.View(
                    (one.Local ? NamedFlows.ByServiceOfTheSameName : NamedFlows.Direct) with
                    {
                        Direction = one.Direction,
                    }
                ),
                new FlowRate(one.Sent, one.Received, 1)
            )),
        ]);
        Assert.Equal(flows.Length, totals.Packets);
        return (totals.BytesIn, totals.BytesOut, totals.BytesThrough);
    }
}
