using NetMon.Core.Metrics;

namespace NetMon.Agent.Status;

/// <summary>Where figures can suffer, each with the metric that counts it.</summary>
internal static class LossTable
{
    /// <summary>In the order of their weight: first what is in no other figure at all.</summary>
    public static IReadOnlyList<(string Metric, string What)> All { get; } =
    [
        (Instruments.PacketsLost.Name, "packets whose record could not be processed: in no other figure"),
        (Instruments.OverflowPackets.Name, "packets that found no room in the flow map: in no flow"),
        (Instruments.RecordsUntracked.Name, "records in all sums but in no flow of the list"),
        (Instruments.RecordsFailed.Name, "records that could not be processed"),
        (Instruments.SeriesOverflow.Name, "samples counted as \"other\", beyond the limit of series"),
        (Instruments.DropsUnattributed.Name, "drops that belong to no workload"),
        (Instruments.DropsMissed.Name, "drops that were not seen"),
        (Instruments.StreamRecordsLost.Name, "records that slow readers of streams lost"),
        (Instruments.SocketEventsLost.Name, "events of sockets that were lost"),
        (Instruments.SecurityEventsLost.Name, "suspicious events that are not told"),
        (Instruments.DetectionLost.Name, "what the detections did not hear of"),
        ("netmon_shed_total", "what was given up to keep the memory limit"),
        ("netmon_ledger_lost_total", "what the ledger could not bring over a restart"),
    ];
}
