namespace NetMon.Core.Metrics;

/// <content>The agent's own flow table and interfaces.</content>
public static partial class Instruments
{
    public static readonly Instrument RecordsUntracked = new(
        "netmon_records_untracked_total",
        MetricType.Counter,
        "records",
        "Flow records whose counts are in all sums but belong to no flow of the list, by reason: late (raced with the flow's end), table_full.",
        "reason"
    );

    public static readonly Instrument RecordsFailed = new(
        "netmon_records_failed_total",
        MetricType.Counter,
        "records",
        "Flow records that the agent could not process because of a fault of its own."
    );

    public static readonly Instrument PacketsLost = new(
        "netmon_packets_lost_total",
        MetricType.Counter,
        "packets",
        "Packets counted by the kernel whose record could not be processed: they are in no other figure."
    );

    public static readonly Instrument FlowsOrphaned = new(
        "netmon_flows_orphaned_total",
        MetricType.Counter,
        "flows",
        "Flows that the agent ended by itself because the kernel no longer reported them."
    );

    public static readonly Instrument AttachFailures = new(
        "netmon_interface_attach_failures_total",
        MetricType.Counter,
        "attempts",
        "Attempts to attach to an interface that failed; each is made again."
    );

    public static readonly Instrument InterfaceFailed = new(
        "netmon_interface_failed",
        MetricType.Gauge,
        "interfaces",
        "1 for each interface that should be under observation and is not, because attaching to it fails.",
        "interface"
    );

    private static Instrument[] FlowTableInstruments =>
        [RecordsUntracked, RecordsFailed, PacketsLost, FlowsOrphaned, AttachFailures, InterfaceFailed];
}
