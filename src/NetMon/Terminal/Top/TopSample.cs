using NetMon.Core.Flows;

namespace NetMon.Terminal.Top;

/// <summary>A flow and its rate; null = not known yet.</summary>
internal readonly record struct TopRow(FlowView Flow, FlowRate? Rate);

/// <summary>A list of an agent, with rates.</summary>
/// <param name="Time">When, by the agent's clock.</param>
/// <param name="Total">Active flows that passed the filter; the agent may have sent fewer.</param>
internal sealed record TopSample(DateTimeOffset Time, int Total, IReadOnlyList<TopRow> Rows);

/// <summary>
/// Sums over flows, by the local end's view: in is what it received, out what it sent; between two local ends both. Through is what
/// the node forwards between others.
/// </summary>
internal readonly record struct TopTotals(
    double BytesIn,
    double BytesOut,
    double BytesThrough,
    double Packets
)
{
    public static TopTotals Of(IReadOnlyList<TopRow> rows)
    {
        var totals = default(TopTotals);
        foreach (var row in rows)
        {
            if (row.Rate is { } rate)
            {
                totals = totals.With(row.Flow, rate);
            }
        }

        return totals;
    }

    private TopTotals With(FlowView flow, FlowRate rate)
    {
        // Egress: the source is here, so what it sent went out.
        var (bytesIn, bytesOut, through) = (flow.Direction, flow.SameNode) switch
        {
            ("transit", _) => (0, 0, rate.Bytes),
            ("egress", true) => (rate.Bytes, rate.Bytes, 0),
            ("egress", _) => (rate.ReceivedBytes, rate.SentBytes, 0),
            _ => (rate.SentBytes, rate.ReceivedBytes, 0.0),
        };
        return new(BytesIn + bytesIn, BytesOut + bytesOut, BytesThrough + through, Packets + rate.Packets);
    }
}
