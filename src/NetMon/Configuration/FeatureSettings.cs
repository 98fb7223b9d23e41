namespace NetMon.Configuration;

/// <summary>The settings of section features that have no file of their own.</summary>
internal static class FeatureSettings
{
    private const int MaxBuckets = 64;

    private static readonly ValueFormat<TimeSpan> Bound = ValueFormats.ShortDuration(
        TimeSpan.FromMicroseconds(1),
        TimeSpan.FromHours(1)
    );

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<bool>(
            "features.protocol_detection",
            "--protocol-detection",
            ValueFormats.Switch,
            o => o.Features.ProtocolDetection,
            (o, value) => o.Features.ProtocolDetection = value,
            "what is spoken, by what a service says of its port, else by well-known ports"
        )
        {
            Meaning =
                "Whether flows say which application protocol is taken to be spoken (`app_protocol`): by the appProtocol or the name of the service's port that was asked for, else by a list of well-known server ports. No payload is read, so a server that speaks something else at such a port is taken for what it is not; `app_protocol_basis` says what told.",
        },
        new Setting<bool>(
            "features.latency_tracking.enabled",
            "--latency-tracking",
            ValueFormats.Switch,
            o => o.Features.LatencyTracking.Enabled,
            (o, value) => o.Features.LatencyTracking.Enabled = value,
            "round trips, kinds of retransmission and windows of TCP connections"
        )
        {
            Meaning =
                "Whether the kernel programs measure round trips and the first byte's latency, tell kinds of retransmission apart, and watch windows. Without it these figures are missing; the latency of connecting and the number of retransmissions stay.",
        },
        new ListSetting<TimeSpan>(
            "features.latency_tracking.histogram_buckets",
            "--latency-bucket",
            Bound,
            MaxBuckets,
            o => o.Features.LatencyTracking.HistogramBuckets,
            (o, value) => o.Features.LatencyTracking.HistogramBuckets = value,
            "upper bound of a bucket of netmon_latency_seconds"
        )
        {
            Meaning =
                "Upper bounds of the buckets of `netmon_latency_seconds`, in any order; a last bucket without bound is added. Units go down to `us`. The buckets of `netmon_tcp_rtt_seconds` are the kernel program's, which are fixed.",
        },
    ];
}
