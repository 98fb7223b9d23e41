using NetMon.Bpf;
using NetMon.Core.Diagnosis;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>What did not get into a flow, since the programs were loaded.</summary>
internal sealed class LossCheck(FlowProgram program) : InstantCheck("losses")
{
    protected override IEnumerable<Finding> Run()
    {
        var counters = program.ReadCounters();
        (ulong Count, string What, string Advice)[] losses =
        [
            (
                counters.FlowMapFull,
                "packets found the flow map full (they count in overflow buckets)",
                "raise --max-flows"
            ),
            (
                counters.FlowMapFailed + counters.FlowDeleteFailed,
                "changes of the flow map failed",
                "look at the machine's memory, and tell the makers"
            ),
            (counters.FragmentMapFailed, "fragments could not be remembered", "tell the makers"),
            (
                (ulong)program.Ring.BadRecords,
                "records could not be read",
                "compare the versions of the agent and the programs that are attached; tell the makers"
            ),
        ];
        foreach (var (count, what, advice) in losses.Where(loss => loss.Count > 0))
        {
            yield return Warn($"{count} {what}", advice);
        }

        if (losses.All(loss => loss.Count == 0))
        {
            yield return Pass("none: every packet is in a flow or in a named counter");
        }
    }
}
