using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Metrics;

/// <content>What the kernel dropped, as its programs and its own counters tell.</content>
public static partial class Instruments
{
    public static readonly Instrument Drops = new(
        "netmon_drops_total",
        MetricType.Counter,
        "packets",
        "Packets that this host's kernel dropped, with the reason that it gives (docs/drops.md). The labels describe the packets: src sent them, dst is whom they were for. Each counts once, in one direction: egress if its sender is local and it had not reached a local receiver yet, else ingress.",
        [.. LabelSet.Workload.Names, "reason"]
    );

    public static readonly Instrument DropBytes = new(
        "netmon_drop_bytes_total",
        MetricType.Counter,
        "bytes",
        "IP bytes of the packets in netmon_drops_total.",
        [.. LabelSet.Workload.Names, "reason"]
    );

    public static readonly Instrument DropsUnattributed = new(
        "netmon_drops_unattributed_total",
        MetricType.Counter,
        "packets",
        "Packets that the kernel dropped, and which are not in netmon_drops_total, by cause: map_full (more flows and places within a fifth of a second than features.drops.max_entries), non_ip, unreadable (headers that are missing, cut off or not linear), bad_record (sums of the kernel that cannot be, and whose reason is not told). Together the two hold every packet that was lost.",
        "reason",
        "cause"
    );

    public static readonly Instrument DropsOrdinary = new(
        "netmon_drops_ordinary_total",
        MetricType.Counter,
        "packets",
        "Packets that the kernel freed for a reason which is no loss (docs/drops.md): duplicates, what a closed socket had left, frames for somebody else. In no other metric of drops.",
        "reason"
    );

    public static readonly Instrument DropsEarly = new(
        "netmon_drops_unawaited_total",
        MetricType.Counter,
        "sums",
        "Sums of drops that found no room to wait for their flow's first record, so that their labels are those of their addresses."
    );

    public static readonly Instrument DropsMissed = new(
        "netmon_drops_missed_total",
        MetricType.Counter,
        "packets",
        "Drops within an interrupt that came while this CPU was counting another drop: in no other metric of drops."
    );

    public static readonly Instrument HostProtocol = new(
        "netmon_host_protocol_total",
        MetricType.Counter,
        "",
        "What the kernel counts of drops, errors and overload in this host's network namespace, under its own names (/proc/net/snmp, netstat, snmp6; docs/drops.md says which and what they mean).",
        "protocol",
        "counter"
    );

    public static readonly Instrument HostSoftnet = new(
        "netmon_host_softnet_total",
        MetricType.Counter,
        "",
        "What a CPU did with received packets before any protocol, by counter: dropped (packets that found its queue full), time_squeeze (times that it stopped with packets left).",
        "cpu",
        "counter"
    );

    public static readonly Instrument InterfaceDrops = new(
        "netmon_interface_drops_total",
        MetricType.Counter,
        "packets",
        "What this host's interfaces count of lost packets, by direction (receive, transmit: the interface's own view) and kind: dropped (no room, or nobody wanted them; missed ones included), errors, overruns.",
        "interface",
        "direction",
        "kind"
    );

    private static Instrument[] DropsInstruments =>
        [
            Drops,
            DropBytes,
            DropsUnattributed,
            DropsOrdinary,
            DropsEarly,
            DropsMissed,
            HostProtocol,
            HostSoftnet,
            InterfaceDrops,
        ];
}
