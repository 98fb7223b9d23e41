using NetMon.Agent.Flows;
using NetMon.Core.Flows;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Metrics;

/// <summary>The families about flows that have the same labels, and so one table.</summary>
/// <remarks>
/// What X sends to Y counts as egress if X is local, as ingress if Y is, as both if both are, and as transit if neither is: over
/// all nodes, each packet is once in egress where its sender is of the cluster, and once in ingress where its receiver is.
/// <para>Each figure of a flow counts as often as the flow's weight says: where not all flows are counted, the families estimate what all did.</para>
/// </remarks>
internal sealed class FlowFamilies(SeriesTable table)
{
    public const int Ok = 0;
    public const int Failed = 1;

    private const int Connect = 0;
    private const int ConnectServer = 1;
    private const int ConnectClient = 2;
    private const int FirstByte = 3;
    private const int SourceSide = 0;
    private const int DestinationSide = 1;

    private const double SecondsPerMicrosecond = 1e-6;

    /// <summary>Series of <see cref="Latency"/>.</summary>
    public static IReadOnlyList<string> LatencyTypes { get; } =
    ["connect", "connect_server", "connect_client", "first_byte"];

    /// <summary>Series of <see cref="RoundTrips"/>.</summary>
    public static IReadOnlyList<string> Sides { get; } = ["source", "destination"];

    /// <summary>Series of <see cref="Events"/>.</summary>
    public static IReadOnlyList<string> TcpEventNames { get; } =
    [
        "fast_retransmit",
        "timeout_retransmit",
        "spurious_retransmit",
        "out_of_order",
        "duplicate_ack",
        "gap",
        "zero_window",
        "window_full",
    ];

    public SeriesTable Table => table;

    public TableCounter? Bytes { get; set; }
    public TableCounter? Packets { get; set; }
    public TableCounter? Retransmits { get; set; }
    public TableCounter? Resets { get; set; }
    public TableCounter? Flows { get; set; }
    public TableHistogram? Latency { get; set; }
    public TableCounter? Failures { get; set; }
    public TableHistogram? RoundTrips { get; set; }
    public TableCounter? Events { get; set; }

    public void Count(in Flow flow, in FlowCounts counts, ref FlowRows rows)
    {
        if (Bytes is not null || Packets is not null)
        {
            if (counts.Sent.Packets != 0)
            {
                HoldSent(in flow, ref rows.Sent);
                Add(rows.Sent.First, in counts.Sent, flow.Weight);
                Add(rows.Sent.Second, in counts.Sent, flow.Weight);
            }

            if (counts.Received.Packets != 0)
            {
                HoldReceived(in flow, ref rows.Received);
                Add(rows.Received.First, in counts.Received, flow.Weight);
                Add(rows.Received.Second, in counts.Received, flow.Weight);
            }
        }

        Add(Retransmits, counts.RetransmitsSent + counts.RetransmitsReceived, in flow, ref rows.Sent);
        Add(Resets, counts.ResetsSent + counts.ResetsReceived, in flow, ref rows.Sent);
        if (Events is not null)
        {
            CountEvents(in flow, in counts, ref rows.Sent);
        }
    }

    public void CountRoundTrips(
        in Flow flow,
        in FlowCounts counts,
        in RoundTripCounts trips,
        ref FlowRows rows
    )
    {
        Observe(in flow, ref rows.Sent, SourceSide, in trips.Source, counts.SourceHealth.RoundTripSumUs);
        Observe(
            in flow,
            ref rows.Sent,
            DestinationSide,
            in trips.Destination,
            counts.DestinationHealth.RoundTripSumUs
        );
    }

    public void Decided(in Flow flow, ref FlowRows rows)
    {
        Add(Flows, 1, in flow, ref rows.Sent, flow.Status == FlowStatus.Failed ? Failed : Ok);
        if (flow.Status == FlowStatus.Failed)
        {
            CountFailure(in flow, ref rows);
        }
    }

    /// <summary>The flow failed, or was broken off.</summary>
    public void CountFailure(in Flow flow, ref FlowRows rows)
    {
        if (flow.Cause != FlowCause.None)
        {
            Add(Failures, 1, in flow, ref rows.Sent, (int)flow.Cause - 1);
        }
    }

    public void Connected(in Flow flow, ref FlowRows rows)
    {
        Observe(in flow, ref rows.Sent, Connect, flow.ConnectUs);
        Observe(in flow, ref rows.Sent, ConnectServer, flow.SynToSynAckUs);
        Observe(in flow, ref rows.Sent, ConnectClient, flow.SynAckToAckUs);
    }

    public void Answered(in Flow flow, ref FlowRows rows) =>
        Observe(in flow, ref rows.Sent, FirstByte, flow.FirstByteUs);

    public void Release(ref FlowRows rows)
    {
        table.Release(ref rows.Sent.First);
        table.Release(ref rows.Sent.Second);
        table.Release(ref rows.Received.First);
        table.Release(ref rows.Received.Second);
    }

    private void Add(RowHandle handle, in Traffic traffic, int weight)
    {
        if (!handle.IsNone)
        {
            var row = table[handle];
            Bytes?.Add(row, traffic.Bytes * weight);
            Packets?.Add(row, traffic.Packets * weight);
        }
    }

    private void Add(TableCounter? family, long value, in Flow flow, ref RowPair sent, int series = 0)
    {
        if (family is null || value == 0)
        {
            return;
        }

        value *= flow.Weight;
        HoldSent(in flow, ref sent);
        family.Add(table[sent.First], value, series);
        if (!sent.Second.IsNone)
        {
            family.Add(table[sent.Second], value, series);
        }
    }

    private void CountEvents(in Flow flow, in FlowCounts counts, ref RowPair rows)
    {
        ref readonly var source = ref counts.SourceHealth;
        ref readonly var destination = ref counts.DestinationHealth;
        Add(Events, (long)source.FastRetransmits + destination.FastRetransmits, in flow, ref rows, 0);
        Add(Events, (long)source.TimeoutRetransmits + destination.TimeoutRetransmits, in flow, ref rows, 1);
        Add(Events, (long)source.SpuriousRetransmits + destination.SpuriousRetransmits, in flow, ref rows, 2);
        Add(Events, (long)source.OutOfOrder + destination.OutOfOrder, in flow, ref rows, 3);
        Add(Events, (long)source.DuplicateAcks + destination.DuplicateAcks, in flow, ref rows, 4);
        Add(Events, (long)source.Gaps + destination.Gaps, in flow, ref rows, 5);
        Add(Events, counts.ZeroWindowsSent + counts.ZeroWindowsReceived, in flow, ref rows, 6);
        Add(Events, (long)source.WindowFull + destination.WindowFull, in flow, ref rows, 7);
    }

    private void Observe(in Flow flow, ref RowPair rows, int type, uint microseconds)
    {
        if (Latency is null || microseconds == 0)
        {
            return;
        }

        var seconds = microseconds * SecondsPerMicrosecond;
        HoldSent(in flow, ref rows);
        Latency.Observe(table[rows.First], seconds, type, flow.Weight);
        if (!rows.Second.IsNone)
        {
            Latency.Observe(table[rows.Second], seconds, type, flow.Weight);
        }
    }

    private void Observe(in Flow flow, ref RowPair rows, int side, in RoundTripBuckets counts, long sumUs)
    {
        if (RoundTrips is null || !((ReadOnlySpan<uint>)counts).ContainsAnyExcept(0u))
        {
            return;
        }

        var seconds = sumUs * SecondsPerMicrosecond;
        HoldSent(in flow, ref rows);
        RoundTrips.Add(table[rows.First], counts, seconds, side, flow.Weight);
        if (!rows.Second.IsNone)
        {
            RoundTrips.Add(table[rows.Second], counts, seconds, side, flow.Weight);
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
