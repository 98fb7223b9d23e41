namespace NetMon.Core.Metrics;

/// <content>Sampling.</content>
public static partial class Instruments
{
    public static readonly Instrument SamplingRate = new(
        "netmon_sampling_rate",
        MetricType.Gauge,
        "",
        "One flow of so many is counted, and stands for as many in every figure about flows: those are estimations where it is not 1."
    );

    public static readonly Instrument SamplingRateChanges = new(
        "netmon_sampling_rate_changes_total",
        MetricType.Counter,
        "changes",
        "Changes of the sampling rate: configured, or raised and lowered by the adaptive mode.",
        "reason"
    );

    public static readonly Instrument SamplingCpu = new(
        "netmon_sampling_cpu_percent",
        MetricType.Gauge,
        "percent",
        "CPU time of the agent and, where the kernel tells, of its packet programs, percent of one core: what the adaptive mode compares with its budget. Without the mode there is none."
    );

    public static readonly Instrument UnsampledPackets = new(
        "netmon_unsampled_packets_total",
        MetricType.Counter,
        "packets",
        "Packets of flows that were not chosen, at each interface and hook that they crossed, while the sampling rate was more than 1. With netmon_sampled_packets_total the true number that netmon_sampling_estimated_packets_total estimates."
    );

    public static readonly Instrument UnsampledBytes = new(
        "netmon_unsampled_bytes_total",
        MetricType.Counter,
        "bytes",
        "The IP bytes of those packets."
    );

    public static readonly Instrument SampledPackets = new(
        "netmon_sampled_packets_total",
        MetricType.Counter,
        "packets",
        "Packets of flows that were chosen, unscaled, at each interface and hook that they crossed, while the sampling rate was more than 1."
    );

    public static readonly Instrument SampledBytes = new(
        "netmon_sampled_bytes_total",
        MetricType.Counter,
        "bytes",
        "The IP bytes of those packets."
    );

    public static readonly Instrument SamplingEstimatedPackets = new(
        "netmon_sampling_estimated_packets_total",
        MetricType.Counter,
        "packets",
        "The same packets, each as often as the sampling rate of its time: what sampled and unsampled ones together are by estimation."
    );

    public static readonly Instrument SamplingEstimatedBytes = new(
        "netmon_sampling_estimated_bytes_total",
        MetricType.Counter,
        "bytes",
        "The IP bytes of those packets, by the same estimation."
    );

    private static Instrument[] SamplingInstruments =>
        [
            SamplingRate,
            SamplingRateChanges,
            SamplingCpu,
            UnsampledPackets,
            UnsampledBytes,
            SampledPackets,
            SampledBytes,
            SamplingEstimatedPackets,
            SamplingEstimatedBytes,
        ];
}
