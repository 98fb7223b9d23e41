namespace NetMon.Core.Metrics;

/// <content>The way from the kernel to the figures, and what it costs.</content>
public static partial class Instruments
{
    public static readonly Instrument EventsProcessed = new(
        "netmon_ebpf_events_processed_total",
        MetricType.Counter,
        "records",
        "Flow records from the kernel whose counts are in the figures."
    );

    public static readonly Instrument EventsDropped = new(
        "netmon_ebpf_events_dropped_total",
        MetricType.Counter,
        "events",
        "Events in the kernel that failed, by reason: map_full, map_failed, race, delete_failed, fragment_map_failed, bad_record. Their packets are counted all the same, elsewhere.",
        "reason"
    );

    public static readonly Instrument ProcessingDuration = new(
        "netmon_processing_duration_seconds",
        MetricType.Summary,
        "seconds",
        "Time from when a record left the kernel program (of a sweep: from when it was read) until all figures held it; quantiles over the last minutes."
    );

    public static readonly Instrument MemoryUsage = new(
        "netmon_memory_usage_bytes",
        MetricType.Gauge,
        "bytes",
        "Resident memory of this process."
    );

    public static readonly Instrument CpuUsage = new(
        "netmon_cpu_usage_percentage",
        MetricType.Gauge,
        "percent",
        "CPU time of this process over the last seconds, in percent of one core."
    );

    public static readonly Instrument Interfaces = new(
        "netmon_interfaces",
        MetricType.Gauge,
        "interfaces",
        "Interfaces under observation, by kind: pod, uplink, other.",
        "kind"
    );

    public static readonly Instrument MapEntries = new(
        "netmon_map_entries",
        MetricType.Gauge,
        "entries",
        "Entries of a kernel map now.",
        "map"
    );

    public static readonly Instrument MapCapacity = new(
        "netmon_map_capacity",
        MetricType.Gauge,
        "entries",
        "Entries that a kernel map has room for.",
        "map"
    );

    private static Instrument[] CaptureInstruments =>
        [
            EventsProcessed,
            EventsDropped,
            ProcessingDuration,
            MemoryUsage,
            CpuUsage,
            Interfaces,
            MapEntries,
            MapCapacity,
        ];
}
