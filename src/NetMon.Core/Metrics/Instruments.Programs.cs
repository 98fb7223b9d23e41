namespace NetMon.Core.Metrics;

/// <content>What the kernel programs did with packets that are in no flow.</content>
public static partial class Instruments
{
    public static readonly Instrument PacketsUncounted = new(
        "netmon_packets_uncounted_total",
        MetricType.Counter,
        "packets",
        "Packets handed to the programs that are in no flow, by reason: malformed (truncated or lying headers), arp, non_ip, skipped (counted at another observation point of the same flow), translated (counted in the flow of the same packets before their addresses were translated).",
        "reason"
    );

    public static readonly Instrument SkippedBytes = new(
        "netmon_skipped_bytes_total",
        MetricType.Counter,
        "bytes",
        "IP bytes of the packets that were skipped because another observation point counted them."
    );

    public static readonly Instrument OverflowPackets = new(
        "netmon_overflow_packets_total",
        MetricType.Counter,
        "packets",
        "Packets that found no room in the flow map, by protocol (tcp, udp, icmp, other) and by the hook's direction: at a pod's interface, ingress is what the pod sent.",
        "protocol",
        "direction"
    );

    public static readonly Instrument OverflowBytes = new(
        "netmon_overflow_bytes_total",
        MetricType.Counter,
        "bytes",
        "IP bytes of the packets that found no room in the flow map, by protocol (tcp, udp, icmp, other) and by the hook's direction: at a pod's interface, ingress is what the pod sent.",
        "protocol",
        "direction"
    );

    public static readonly Instrument FragmentsUnmatched = new(
        "netmon_fragments_unmatched_total",
        MetricType.Counter,
        "packets",
        "Later fragments whose first fragment was not seen: counted in a flow with ports 0."
    );

    public static readonly Instrument FlowsCreated = new(
        "netmon_ebpf_flows_created_total",
        MetricType.Counter,
        "flows",
        "Entries made in the flow map."
    );

    public static readonly Instrument FlowsRemoved = new(
        "netmon_ebpf_flows_removed_total",
        MetricType.Counter,
        "flows",
        "Entries removed from the flow map."
    );

    public static readonly Instrument Records = new(
        "netmon_ebpf_records_total",
        MetricType.Counter,
        "records",
        "Flow records that left the kernel, by way: ring, sweep.",
        "way"
    );

    public static readonly Instrument RecordsDeferred = new(
        "netmon_ebpf_records_deferred_total",
        MetricType.Counter,
        "records",
        "Flow records that found the ring full: their counts stayed in the map and leave with a later record."
    );

    public static readonly Instrument ObserverChanges = new(
        "netmon_ebpf_observer_changes_total",
        MetricType.Counter,
        "directions",
        "Directions of flows whose observation point changed, by reason: handover (to a pod's own interface), takeover (the one before fell silent or went away).",
        "reason"
    );

    public static readonly Instrument MapMemory = new(
        "netmon_map_memory_bytes",
        MetricType.Gauge,
        "bytes",
        "Kernel memory of all maps."
    );

    private static Instrument[] ProgramsInstruments =>
        [
            PacketsUncounted,
            SkippedBytes,
            OverflowPackets,
            OverflowBytes,
            FragmentsUnmatched,
            FlowsCreated,
            FlowsRemoved,
            Records,
            RecordsDeferred,
            ObserverChanges,
            MapMemory,
        ];
}
