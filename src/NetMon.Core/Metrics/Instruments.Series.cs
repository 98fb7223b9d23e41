namespace NetMon.Core.Metrics;

/// <content>The agent's build, and the series that it keeps.</content>
public static partial class Instruments
{
    public static readonly Instrument BuildInfo = new(
        "netmon_build_info",
        MetricType.Info,
        "",
        "The program that serves these metrics: always 1.",
        "version",
        "revision"
    );

    public static readonly Instrument Series = new(
        "netmon_series",
        MetricType.Gauge,
        "series",
        "Series of a family now, without those that take what is beyond its limit. A histogram's series has a bucket series for each bound, and two more.",
        "family"
    );

    public static readonly Instrument SeriesDropped = new(
        "netmon_series_dropped_total",
        MetricType.Counter,
        "series",
        "Series of a family that were dropped: what their labels name is gone, and no flow has them.",
        "family"
    );

    public static readonly Instrument SeriesOverflow = new(
        "netmon_series_overflow_total",
        MetricType.Counter,
        "samples",
        "Samples that went to a family's overflow series (labels other), because the family was at its limit of series when their labels were first met.",
        "family"
    );

    private static Instrument[] SeriesInstruments => [BuildInfo, Series, SeriesDropped, SeriesOverflow];
}
