namespace NetMon.Core.Metrics;

/// <summary>Every instrument of the agent, by subject. <c>docs/metrics.md</c> lists the same; a test compares them.</summary>
public static partial class Instruments
{
    /// <summary>Every instrument, in the order of the documentation.</summary>
    // Put together when it is first asked for: no order of the initialisers of several files can be relied on.
    public static IReadOnlyList<Instrument> All =>
        field ??= [
            .. TrafficInstruments,
            .. CaptureInstruments,
            .. DropsInstruments,
            .. SettingsInstruments,
            .. DetectionsInstruments,
            .. SocketsInstruments,
            .. SamplingInstruments,
            .. SeriesInstruments,
            .. ProgramsInstruments,
            .. FlowTableInstruments,
            .. AttributionInstruments,
            .. KubernetesInstruments,
            .. ApiInstruments,
            .. LedgerInstruments,
            .. ProcessInstruments,
        ];

    /// <summary>
    /// Upper bounds of the buckets of <see cref="Latency"/>, seconds: from inside a machine to several lost SYNs.
    /// </summary>
    public static ReadOnlySpan<double> LatencyBounds =>
        [
            0.00005,
            0.0001,
            0.00025,
            0.0005,
            0.001,
            0.0025,
            0.005,
            0.01,
            0.025,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2.5,
            5,
            10,
        ];

    /// <summary>Quantiles of <see cref="ProcessingDuration"/>.</summary>
    public static ReadOnlySpan<double> ProcessingQuantiles => [0.5, 0.9, 0.99];
}
