using NetMon.Core.Diagnosis;
using NetMon.Kubernetes.Watching;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>How old what is known of the cluster is.</summary>
/// <param name="resources">How the watches stand; empty: the agent is without a cluster.</param>
/// <param name="time">The clock of their events.</param>
internal sealed class ClusterSyncCheck(Func<IEnumerable<WatchSnapshot>> resources, TimeProvider time)
    : InstantCheck("cluster model")
{
    // API servers send a bookmark each minute where nothing changes.
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(5);

    protected override IEnumerable<Finding> Run()
    {
        var all = resources().ToArray();
        foreach (
            var alike in all.Where(one => one.Trouble is not null)
                .GroupBy(one => one.Trouble, StringComparer.Ordinal)
        )
        {
            yield return Warn(
                $"{string.Join(", ", alike.Select(one => one.Resource))}: {alike.Key}; what was known stays",
                "see the lines about the API server and rights"
            );
        }

        foreach (var one in all.Where(one => one.Trouble is null))
        {
            if (!one.IsSynced)
            {
                yield return Warn($"{one.Resource}: being listed", "ask again in a moment");
            }
            else if (one.LastEvent is { } last && time.GetUtcNow() - last > Stale)
            {
                yield return Warn(
                    $"{one.Resource}: nothing heard for {(time.GetUtcNow() - last).TotalMinutes:0} minutes",
                    "see that the API server answers, and what is between it and this node"
                );
            }
        }

        var good = all.Count(one => one is { IsSynced: true, Trouble: null });
        if (all.Length > 0 && good == all.Length)
        {
            var objects = all.Sum(one => one.LastListObjects);
            yield return Pass($"{all.Length} resources in step, {objects} objects at their last lists");
        }
    }
}
