namespace NetMon.Core.Metrics;

/// <content>Live streams, limits and what was refused.</content>
public static partial class Instruments
{
    public static readonly Instrument Streams = new(
        "netmon_streams",
        MetricType.Gauge,
        "streams",
        "Live streams of flow records being served."
    );

    public static readonly Instrument StreamRecords = new(
        "netmon_stream_records_total",
        MetricType.Counter,
        "records",
        "Flow records handed to live streams."
    );

    public static readonly Instrument StreamRecordsLost = new(
        "netmon_stream_records_lost_total",
        MetricType.Counter,
        "records",
        "Flow records that live streams lost because their readers were slow; each reader is told its own number."
    );

    public static readonly Instrument MemoryLimit = new(
        "netmon_memory_limit_bytes",
        MetricType.Gauge,
        "bytes",
        "Memory that the process may have resident. Absent where there is no limit."
    );

    public static readonly Instrument Shed = new(
        "netmon_shed_total",
        MetricType.Counter,
        "items",
        "What was left out to keep within the memory limit. followers: records that waited for streams' readers; history: failures and drops that are not remembered; detections: steps of flows that were not looked at; series: times that flows went to the rest's series; flows: records that were counted without their flow.",
        "what"
    );

    public static readonly Instrument ApiConnections = new(
        "netmon_api_connections",
        MetricType.Gauge,
        "connections",
        "Connections to the API now."
    );

    public static readonly Instrument ApiRefused = new(
        "netmon_api_refused_total",
        MetricType.Counter,
        "requests",
        "Requests and connections that were refused, by reason (docs/security.md).",
        "reason"
    );

    public static readonly Instrument TlsCertificateExpiry = new(
        "netmon_tls_certificate_expiry_seconds",
        MetricType.Gauge,
        "seconds",
        "When the certificate expires that the API shows, in seconds since the Unix epoch. Absent without TLS."
    );

    private static Instrument[] ApiInstruments =>
        [
            Streams,
            StreamRecords,
            StreamRecordsLost,
            MemoryLimit,
            Shed,
            ApiConnections,
            ApiRefused,
            TlsCertificateExpiry,
        ];
}
