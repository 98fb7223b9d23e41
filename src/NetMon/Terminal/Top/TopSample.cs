using NetMon.Core.Flows;

namespace NetMon.Terminal.Top;

/// <summary>A flow and its rate; null = not known yet.</summary>
internal readonly record struct TopRow(FlowView Flow, FlowRate? Rate);

/// <summary>A list of an agent, with rates.</summary>
/// <param name="Time">When, by the agent's clock.</param>
/// <param name="Total">Active flows that passed the filter; the agent may have sent fewer.</param>
internal sealed record TopSample(DateTimeOffset Time, int Total, IReadOnlyList<TopRow> Rows);

/// <summary>Sums over flows, by the local endpoint's view: in is what it received, out what it sent.</summary>
internal readonly record struct TopTotals(double BytesIn, double BytesOut, double Packets)
{
    public static TopTotals Of(IReadOnlyList<TopRow> rows)
    {
        double bytesIn = 0,
            bytesOut = 0,
            packets = 0;
        foreach (var row in rows)
        {
            if (row.Rate is not { } rate)
            {
                continue;
            }

            packets += rate.Packets;
            // Egress: the source is here, so what it sent went out.
            var egress = row.Flow.Direction is "egress";
            bytesOut += egress ? rate.SentBytes : rate.ReceivedBytes;
            bytesIn += egress ? rate.ReceivedBytes : rate.SentBytes;
        }

        return new TopTotals(bytesIn, bytesOut, packets);
    }
}
