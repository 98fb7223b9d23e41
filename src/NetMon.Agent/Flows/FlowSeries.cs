using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Flows;

/// <summary>Where a flow's counts go in the metrics, kept with the flow so that a record finds its series without a look-up.</summary>
internal struct FlowSeries
{
    public TrafficSeries Sent;
    public TrafficSeries Received;
}

/// <summary>The series of what one end sends; none until it sent something.</summary>
internal struct TrafficSeries
{
    public SeriesHandle Bytes;
    public SeriesHandle Packets;

    /// <summary>What the series have for the label direction.</summary>
    public FlowDirection Direction;
}
