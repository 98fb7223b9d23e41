using Microsoft.Extensions.Logging;
using NetMon.Agent.Features;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Ledger;

/// <summary>The ledger as a part of the agent: there if the agent has a directory for it.</summary>
internal static class LedgerFeature
{
    public const string Name = "ledger";

    /// <summary>Directory of its files in that of the agent's state.</summary>
    public const string Folder = "ledger";

    /// <summary>Brings back what an earlier agent had counted, and keeps it from here on. Nobody may have asked for figures before.</summary>
    /// <returns>Null: figures go with the process.</returns>
    public static FlowLedger? Open(
        AgentOptions options,
        LedgerParts parts,
        MetricRegistry registry,
        FeatureSet features,
        ILoggerFactory loggers
    )
    {
        if (options.State.Directory.Length == 0)
        {
            features.Off(Name);
            return null;
        }

        try
        {
            var counters = new LedgerCounters();
            var ledger = new FlowLedger(
                new LedgerFolder(Path.Combine(options.State.Directory, Folder), LedgerFolder.ReadBoot()),
                parts,
                counters,
                options.Ledger.CheckpointInterval,
                options.Ledger.JournalBytes,
                loggers.CreateLogger<FlowLedger>()
            );
            counters.Register(registry);
            features.On(Name);
            return ledger;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BpfException)
        {
            features.Degraded(Name, $"{error.Message}: figures start from 0 when the agent is started again");
            return null;
        }
    }

    /// <summary>Goes on in the ring after the last record that is in the figures. Before records are taken.</summary>
    public static void Attach(FlowLedger? ledger, FlowProgram program)
    {
        if (ledger is null)
        {
            return;
        }

        if (ledger.Attach(program.RingId) is { } position && position > program.Ring.Position)
        {
            program.Ring.SkipTo(position);
        }

        foreach (var predecessor in program.Predecessors)
        {
            if (ledger.PositionIn(predecessor.RingId) is { } last)
            {
                predecessor.SkipRing(last);
            }
        }

        if (program is { Adopted: false, Predecessors: [] })
        {
            ledger.Forget();
        }
    }
}
