using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Flows;

/// <summary>Where a flow's counts go in the metrics, kept with the flow so that a record finds its series without a look-up: 20 bytes.</summary>
internal struct FlowSeries
{
    /// <summary>Rows of the first table; there is but one while all families have the same labels.</summary>
    public FlowRows Rows;

    /// <summary>Where the rows of the other tables are; 0: nowhere yet.</summary>
    public int Others;
}

/// <summary>A flow's rows of one table.</summary>
internal struct FlowRows
{
    /// <summary>Of what the source sent, and of the flow itself.</summary>
    public RowPair Sent;

    /// <summary>Of what it received.</summary>
    public RowPair Received;
}

/// <summary>The rows of packets one way: one for each end that is local, none until there was a packet.</summary>
internal struct RowPair
{
    /// <summary>Direction egress if the sender is local, else ingress if the receiver is, else transit.</summary>
    public RowHandle First;

    /// <summary>Direction ingress, if both are local.</summary>
    public RowHandle Second;
}
