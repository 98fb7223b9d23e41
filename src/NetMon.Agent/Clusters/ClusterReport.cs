using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Watching;

namespace NetMon.Agent.Clusters;

/// <summary>What the watching of a cluster has come to.</summary>
/// <param name="Server">The API server.</param>
/// <param name="Source">Where the access to it comes from.</param>
/// <param name="IsSynced">Everything was listed.</param>
/// <param name="Counts">What the model holds.</param>
/// <param name="Watches">Each resource's.</param>
internal sealed record ClusterReport(
    Uri Server,
    string Source,
    bool IsSynced,
    ClusterCounts Counts,
    IReadOnlyList<WatchSnapshot> Watches
);
