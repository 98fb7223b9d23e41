namespace NetMon.Configuration;

/// <summary>The settings of section features.</summary>
internal static class FeatureSettings
{
    private static readonly ValueFormat<bool> Switch = ValueFormats.Word(("true", true), ("false", false));

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<bool>(
            "features.latency_tracking",
            "--latency-tracking",
            Switch,
            o => o.Features.LatencyTracking,
            (o, value) => o.Features.LatencyTracking = value,
            "round trips, kinds of retransmission and windows of TCP connections"
        ),
    ];
}
