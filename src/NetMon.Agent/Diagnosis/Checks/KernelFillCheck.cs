using NetMon.Bpf;
using NetMon.Core.Diagnosis;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>How full the flow map and the ring of records are.</summary>
internal sealed class KernelFillCheck(FlowProgram program, int maxFlows) : InstantCheck("kernel maps")
{
    private const double NearlyFull = 0.8;

    protected override IEnumerable<Finding> Run()
    {
        var counters = program.ReadCounters();
        var flows = Math.Max(0, (long)(counters.FlowsCreated - counters.FlowsRemoved));
        yield return flows > maxFlows * NearlyFull
            ? Warn(
                $"{flows} of {maxFlows} flows: packets of further ones count in overflow buckets",
                "raise --max-flows (512 bytes each), or shorten the times after which flows end"
            )
            : Pass($"{flows} of {maxFlows} flows");
        var (pending, capacity) = (program.Ring.PendingBytes, program.Ring.Capacity);
        yield return pending > capacity * NearlyFull
            ? Warn(
                $"{pending} of {capacity} bytes of the ring wait: figures are late",
                "give the agent more CPU, or a larger ring (--ring-size)"
            )
            : Pass($"{pending} of {capacity} bytes of the ring wait");
    }
}
