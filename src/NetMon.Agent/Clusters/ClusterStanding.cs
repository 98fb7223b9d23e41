namespace NetMon.Agent.Clusters;

/// <summary>How the agent stands with its cluster.</summary>
/// <param name="IsReady">It is known, or it was waited for long enough.</param>
/// <param name="Troubles">What is wrong now, a line each.</param>
internal readonly record struct ClusterStanding(bool IsReady, IReadOnlyList<string> Troubles)
{
    /// <summary>Without a cluster.</summary>
    public static ClusterStanding Ready { get; } = new(IsReady: true, []);

    /// <summary>What the watching of the cluster has come to; null without a cluster.</summary>
    public ClusterReport? Report { get; init; }
}
