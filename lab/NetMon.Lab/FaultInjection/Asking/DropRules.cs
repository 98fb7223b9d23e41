namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What the drops of a namespace tell: their chief reason.</summary>
internal static class DropRules
{
    /// <param name="agents">What each was told. They share a kernel here, so that each of them counts every drop: the most is what there were.</param>
    public static IEnumerable<Finding> Of(IEnumerable<DropLedger> agents, string space) =>
        agents
            .SelectMany(agent => agent.Of(space))
            .OrderByDescending(each => each.Value)
            .ThenBy(each => each.Key, StringComparer.Ordinal)
            .Take(1)
            .Select(each => new Finding($"drops {each.Key}", $"{each.Value}", each.Value));
}
