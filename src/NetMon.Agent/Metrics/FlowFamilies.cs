using NetMon.Agent.Flows;
using NetMon.Core.Flows;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Metrics;

/// <summary>The families about flows that have the same labels, and so one table.</summary>
/// <remarks>
/// What X sends to Y counts as egress if X is local, as ingress if Y is, as both if both are, and as transit if neither is: over
/// all nodes, each packet is once in egress where its sender is of the cluster, and once in ingress where its receiver is.
/// </remarks>
internal sealed class FlowFamilies(SeriesTable table)
{
    public const int Ok = 0;
    public const int Failed = 1;

    private const double SecondsPerMicrosecond = 1e-6;

    public SeriesTable Table => table;

    public TableCounter? Bytes { get; set; }
    public TableCounter? Packets { get; set; }
    public TableCounter? Retransmits { get; set; }
    public TableCounter? Resets { get; set; }
    public TableCounter? Flows { get; set; }
    public TableHistogram? Latency { get; set; }

    public void Count(in Flow flow, in FlowCounts counts, ref FlowRows rows)
    {
        if (Bytes is not null || Packets is not null)
        {
            if (counts.Sent.Packets != 0)
            {
                HoldSent(in flow, ref rows.Sent);
                Add(rows.Sent.First, in counts.Sent);
                Add(rows.Sent.Second, in counts.Sent);
            }

            if (counts.Received.Packets != 0)
            {
                HoldReceived(in flow, ref rows.Received);
                Add(rows.Received.First, in counts.Received);
                Add(rows.Received.Second, in counts.Received);
            }
        }

        Add(Retransmits, counts.RetransmitsSent + counts.RetransmitsReceived, in flow, ref rows.Sent);
        Add(Resets, counts.ResetsSent + counts.ResetsReceived, in flow, ref rows.Sent);
    }

    public void Decided(in Flow flow, ref FlowRows rows) =>
        Add(Flows, 1, in flow, ref rows.Sent, flow.Status == FlowStatus.Failed ? Failed : Ok);

    public void Connected(in Flow flow, ref FlowRows rows)
    {
        if (Latency is null)
        {
            return;
        }

        var seconds = flow.ConnectUs * SecondsPerMicrosecond;
        HoldSent(in flow, ref rows.Sent);
        Latency.Observe(table[rows.Sent.First], seconds);
        if (!rows.Sent.Second.IsNone)
        {
            Latency.Observe(table[rows.Sent.Second], seconds);
        }
    }

    public void Release(ref FlowRows rows)
    {
        table.Release(ref rows.Sent.First);
        table.Release(ref rows.Sent.Second);
        table.Release(ref rows.Received.First);
        table.Release(ref rows.Received.Second);
    }

    private void Add(RowHandle handle, in Traffic traffic)
    {
        if (!handle.IsNone)
        {
            var row = table[handle];
            Bytes?.Add(row, traffic.Bytes);
            Packets?.Add(row, traffic.Packets);
        }
    }

    private void Add(TableCounter? family, long value, in Flow flow, ref RowPair sent, int series = 0)
    {
        if (family is null || value == 0)
        {
            return;
        }

        HoldSent(in flow, ref sent);
        family.Add(table[sent.First], value, series);
        if (!sent.Second.IsNone)
        {
            family.Add(table[sent.Second], value, series);
        }
    }

    private void HoldSent(in Flow flow, ref RowPair rows)
    {
        if (!IsSettled(in rows))
        {
            var (first, both) = Directions(flow.Attribution.SourceLocal, flow.Attribution.DestinationLocal);
            Hold(FlowLabels.Sent(in flow, first), both, ref rows);
        }
    }

    private void HoldReceived(in Flow flow, ref RowPair rows)
    {
        if (!IsSettled(in rows))
        {
            var (first, both) = Directions(flow.Attribution.DestinationLocal, flow.Attribution.SourceLocal);
            Hold(FlowLabels.Received(in flow, first), both, ref rows);
        }
    }

    // A flow that found no room is given a row of its own when there is some again.
    private bool IsSettled(in RowPair rows) =>
        !rows.First.IsNone && !((rows.First.IsOverflow || rows.Second.IsOverflow) && table.HasRoom);

    private void Hold(in FlowLabels labels, bool both, ref RowPair rows)
    {
        table.Release(ref rows.First);
        table.Release(ref rows.Second);
        rows.First = table.Hold(in labels);
        if (both)
        {
            rows.Second = table.Hold(labels with { Direction = FlowDirection.Ingress });
        }
    }

    private static (FlowDirection First, bool Both) Directions(bool senderLocal, bool receiverLocal) =>
        senderLocal ? (FlowDirection.Egress, receiverLocal)
        : receiverLocal ? (FlowDirection.Ingress, false)
        : (FlowDirection.Transit, false);
}
