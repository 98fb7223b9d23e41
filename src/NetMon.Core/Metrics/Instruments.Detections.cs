namespace NetMon.Core.Metrics;

/// <content>What is suspicious.</content>
public static partial class Instruments
{
    public static readonly Instrument SecurityEvents = new(
        "netmon_security_events_total",
        MetricType.Counter,
        "events",
        "Suspicious events that began, by type. namespace and workload are those of the source; where that are many, of the destination.",
        "type",
        "namespace",
        "workload"
    );

    public static readonly Instrument SecurityEventsLost = new(
        "netmon_security_events_lost_total",
        MetricType.Counter,
        "events",
        "Suspicious events that are not told, by reason: too_many, displaced.",
        "reason"
    );

    public static readonly Instrument DetectionLost = new(
        "netmon_detection_lost_total",
        MetricType.Counter,
        "",
        "What the detections did not hear of, or had to forget too soon, by reason: queue, examination, evicted, workload.",
        "reason"
    );

    public static readonly Instrument DetectionTracked = new(
        "netmon_detection_tracked",
        MetricType.Gauge,
        "",
        "What the detections remember, by kind: suspect, workload, event (those that go on).",
        "kind"
    );

    private static Instrument[] DetectionsInstruments =>
        [SecurityEvents, SecurityEventsLost, DetectionLost, DetectionTracked];
}
