using NetMon.Agent.Attribution;
using NetMon.Agent.Flows;
using NetMon.Agent.Metrics;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Ledger;

/// <summary>What the ledger keeps: the parts of an agent that flow records change.</summary>
internal sealed class LedgerParts
{
    public LedgerParts(
        FlowTable table,
        FlowMetrics metrics,
        Attributor attributor,
        FlowPipeline pipeline,
        bool hasCluster
    )
    {
        Table = table;
        Metrics = metrics;
        Attributor = attributor;
        Pipeline = pipeline;
        HasCluster = hasCluster;
        Series = [.. metrics.Tables.Select(one => new SeriesTableState(one))];
        Counters = [.. metrics.KeptCounters, .. attributor.Counters.KeptCounters];
    }

    public FlowTable Table { get; }

    public FlowMetrics Metrics { get; }

    public Attributor Attributor { get; }

    public FlowPipeline Pipeline { get; }

    /// <summary>Whether a cluster will tell who is there.</summary>
    public bool HasCluster { get; }

    /// <summary>Tables whose rows flows hold, in the order of <see cref="FlowMetrics.Tables"/>.</summary>
    public IReadOnlyList<SeriesTableState> Series { get; }

    public IReadOnlyList<KeptCounter> Counters { get; }
}
