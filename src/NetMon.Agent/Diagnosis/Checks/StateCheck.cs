using NetMon.Core.Diagnosis;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>What outlives the agent: pins and the ledger.</summary>
/// <param name="pins">Where maps and links are pinned; null: nowhere.</param>
/// <param name="adopted">They were taken over from an agent before.</param>
/// <param name="registry">What the ledger counts.</param>
internal sealed class StateCheck(string? pins, bool adopted, MetricRegistry registry)
    : InstantCheck("state over restarts")
{
    protected override IEnumerable<Finding> Run()
    {
        yield return pins is null
            ? Warn(
                "nothing is pinned: packets are not counted while the agent is down",
                "see the line about bpffs, and state.bpf_directory"
            )
            : Pass(
                $"pinned at {pins}, {(adopted ? "taken over from the agent before" : "begun by this agent")}"
            );
        foreach (var refused in registry.Read(Instruments.LedgerRefused.Name).Where(one => one.Value > 0))
        {
            yield return Warn(
                $"kept figures of the agent before were refused ({refused.Value:0} times, {refused.Labels[0].Value}): they begin anew",
                "the log of the agent's start says more; docs/metrics.md has the reasons"
            );
        }

        var unjournaled = registry.Read(Instruments.LedgerUnjournaled.Name).Sum(one => one.Value);
        if (unjournaled > 0)
        {
            yield return Warn(
                $"{unjournaled:0} records found no room in the journal: they would be lost if the agent were killed",
                "raise state.journal_size"
            );
        }
    }
}
