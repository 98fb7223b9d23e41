using NetMon.Agent.Ledger;
using NetMon.Core.Flows;

namespace NetMon.Agent.Metrics;

/// <summary>Sums over all flows since the start, each packet once; estimations where not all flows are counted. The capture loop writes; any thread may read.</summary>
internal sealed class TrafficTotals
{
    private long _packets;
    private long _bytes;
    private long _flows;

    public long Packets => Volatile.Read(ref _packets);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Flows that came into the table.</summary>
    public long Flows => Volatile.Read(ref _flows);

    /// <summary>What goes on where an earlier process was.</summary>
    public IEnumerable<KeptCounter> KeptCounters =>
        [
            new("total_packets", () => Packets, value => Volatile.Write(ref _packets, _packets + value)),
            new("total_bytes", () => Bytes, value => Volatile.Write(ref _bytes, _bytes + value)),
            new("total_flows", () => Flows, value => Volatile.Write(ref _flows, _flows + value)),
        ];

    public void Add(in FlowCounts counts, int weight)
    {
        Volatile.Write(ref _packets, _packets + (weight * (counts.Sent.Packets + counts.Received.Packets)));
        Volatile.Write(ref _bytes, _bytes + (weight * (counts.Sent.Bytes + counts.Received.Bytes)));
    }

    public void AddFlow(int weight) => Volatile.Write(ref _flows, _flows + weight);
}
