using NetMon.Lab.Agents;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What the kernel's own counters tell of a server on its node's network: those of TCP's troubles that rose.</summary>
internal static class CounterRules
{
    private const string Counters = "netmon_host_protocol_total";
    private const string Troubles = "TcpExt";

    /// <param name="before">What the node's agent exposed before.</param>
    /// <param name="now">And does now.</param>
    public static IEnumerable<Finding> Of(MetricsSnapshot before, MetricsSnapshot now) =>
        now
            .Samples.Where(sample => sample.Name == Counters && sample.Label("protocol") == Troubles)
            .Select(sample =>
            {
                var name = sample.Label("counter");
                var rise = sample.Value - before.Sum(Counters, ("protocol", Troubles), ("counter", name));
                return (Name: name, Rise: (long)rise);
            })
            .Where(each => each.Rise > 0)
            .OrderBy(each => each.Name, StringComparer.Ordinal)
            .Select(each => new Finding($"counter {each.Name}", $"{each.Rise}", each.Rise));
}
