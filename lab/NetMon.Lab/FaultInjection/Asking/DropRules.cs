using NetMon.Lab.Agents;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What the drop counters tell of a namespace: its chief reason.</summary>
internal static class DropRules
{
    private const string Drops = "netmon_drops_total";

    /// <param name="agents">What each exposes. They share a kernel here, so that each of them counts every drop: the most is what there were.</param>
    public static IEnumerable<Finding> Of(IEnumerable<MetricsSnapshot> agents, string space) =>
        agents
            .SelectMany(agent =>
                agent
                    .Samples.Where(sample => sample.Name == Drops && IsOf(sample, space))
                    .GroupBy(sample => sample.Label("reason"), sample => sample.Value, StringComparer.Ordinal)
            )
            .Select(reason => (Reason: reason.Key, Packets: (long)reason.Sum()))
            .Where(each => each.Packets > 0)
            .OrderByDescending(each => each.Packets)
            .ThenBy(each => each.Reason, StringComparer.Ordinal)
            .Take(1)
            .Select(each => new Finding($"drops {each.Reason}", $"{each.Packets}", each.Packets));

    private static bool IsOf(MetricSample sample, string space) =>
        sample.Label("src_namespace") == space || sample.Label("dst_namespace") == space;
}
