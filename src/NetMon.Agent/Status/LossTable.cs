using NetMon.Core.Metrics;

namespace NetMon.Agent.Status;

/// <summary>Where figures can suffer, each with the metric that counts it.</summary>
internal static class LossTable
{
    /// <summary>In the order of their weight: first what is in no other figure at all.</summary>
    public static IReadOnlyList<(Instrument Metric, string What)> All { get; } =
    [
        (Instruments.PacketsLost, "packets whose record could not be processed: in no other figure"),
        (Instruments.OverflowPackets, "packets that found no room in the flow map: in no flow"),
        (Instruments.RecordsUntracked, "records in all sums but in no flow of the list"),
        (Instruments.RecordsFailed, "records that could not be processed"),
        (Instruments.SeriesOverflow, "samples counted as \"other\", beyond the limit of series"),
        (Instruments.DropsUnattributed, "drops that belong to no workload"),
        (Instruments.DropsMissed, "drops that were not seen"),
        (Instruments.StreamRecordsLost, "records that slow readers of streams lost"),
        (Instruments.SocketEventsLost, "events of sockets that were lost"),
        (Instruments.SecurityEventsLost, "suspicious events that are not told"),
        (Instruments.DetectionLost, "what the detections did not hear of"),
        (Instruments.Shed, "what was given up to keep the memory limit"),
        (
            Instruments.LedgerRefused,
            "figures of an earlier agent that could not be taken over: they began anew"
        ),
        (
            Instruments.LedgerUnjournaled,
            "records that the ledger had no room for: lost if the agent is killed before its next checkpoint"
        ),
    ];
}
