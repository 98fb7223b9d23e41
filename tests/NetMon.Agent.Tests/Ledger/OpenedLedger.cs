using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Ledger;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>A ledger as an agent has it once what an earlier one left is taken over.</summary>
internal static class OpenedLedger
{
    /// <param name="directory">Where it is kept.</param>
    /// <param name="boot">The start of the machine that it belongs to.</param>
    /// <param name="clock">As of <see cref="FlowLedger"/>.</param>
    /// <param name="step">As of <see cref="FlowLedger"/>.</param>
    public static FlowLedger Open(
        string directory,
        Guid boot,
        PipelineUnderTest agent,
        LedgerCounters counters,
        Func<ulong>? clock = null,
        Action? step = null
    )
    {
        var ledger = new FlowLedger(
            new LedgerFolder(directory, boot),
            new LedgerParts(agent.Table, agent.Metrics, agent.Attributor, agent.Pipeline, hasCluster: false),
            counters,
            TimeSpan.FromSeconds(30),
            1 << 20,
            NullLogger<FlowLedger>.Instance,
            clock,
            step
        );
        ledger.ResumeWaiting();
        ledger.Resume();
        return ledger;
    }

    /// <summary>A record from the ring: written first, then shown.</summary>
    public static void Take(FlowLedger ledger, PipelineUnderTest agent, FlowRecord record)
    {
        ledger.Ring(in record, 0);
        agent.Pipeline.Process(in record);
    }
}
