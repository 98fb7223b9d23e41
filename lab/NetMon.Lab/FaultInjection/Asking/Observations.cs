using NetMon.Lab.Cluster;
using NetMon.Lab.Network;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What the agents say, of everybody.</summary>
internal sealed class Observations : IDisposable
{
    private readonly Dictionary<LabNode, FlowLedger> _flows;

    /// <param name="cluster">With agents.</param>
    public Observations(LabCluster cluster)
    {
        _flows = cluster.Agents.ToDictionary(each => each.Key, each => new FlowLedger(each.Value));
    }

    /// <summary>Reads what is no stream.</summary>
    public void Refresh() => _ = _flows;

    /// <summary>All that there is to say about two workloads, most telling first.</summary>
    public IReadOnlyList<Finding> Diagnose(Subject subject) =>
        [.. FlowRules.Of(_flows[subject.Client.Node].Of(subject.Began))];

    public void Dispose() { }
}
