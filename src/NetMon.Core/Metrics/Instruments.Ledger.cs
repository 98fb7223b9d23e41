namespace NetMon.Core.Metrics;

/// <content>What an agent keeps for the one after it.</content>
public static partial class Instruments
{
    public static readonly Instrument LedgerCheckpoints = new(
        "netmon_ledger_checkpoints_total",
        MetricType.Counter,
        "",
        "Checkpoints of the figures that are kept beyond the process, by result (ok, failed: the journal goes on).",
        ["result"]
    );

    public static readonly Instrument LedgerCheckpointSeconds = new(
        "netmon_ledger_checkpoint_seconds_total",
        MetricType.Counter,
        "seconds",
        "Time that checkpoints took; records wait on the ring meanwhile."
    );

    public static readonly Instrument LedgerCheckpointBytes = new(
        "netmon_ledger_checkpoint_bytes",
        MetricType.Gauge,
        "bytes",
        "Size of the latest checkpoint."
    );

    public static readonly Instrument LedgerJournalBytes = new(
        "netmon_ledger_journal_bytes",
        MetricType.Gauge,
        "bytes",
        "What the journal holds since the latest checkpoint."
    );

    public static readonly Instrument LedgerUnjournaled = new(
        "netmon_ledger_unjournaled_total",
        MetricType.Counter,
        "",
        "Records and flows that found no room in the journal: counted, but lost if the agent is killed before the next checkpoint."
    );

    public static readonly Instrument LedgerRestored = new(
        "netmon_ledger_restored",
        MetricType.Gauge,
        "",
        "What this agent took over from the one before when it started: series, flows, and records that came after the last checkpoint.",
        ["what"]
    );

    public static readonly Instrument LedgerRefused = new(
        "netmon_ledger_refused_total",
        MetricType.Counter,
        "",
        "Kept figures that could not be taken over, by reason (corrupt, version, layout, labels, files).",
        ["reason"]
    );

    private static Instrument[] LedgerInstruments =>
        [
            LedgerCheckpoints,
            LedgerCheckpointSeconds,
            LedgerCheckpointBytes,
            LedgerJournalBytes,
            LedgerUnjournaled,
            LedgerRestored,
            LedgerRefused,
        ];
}
