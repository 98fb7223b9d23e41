using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>Packets both ways, times the flows that a flow stands for.</summary>
internal static class FlowPackets
{
    public static long Of(in FlowRecord record) =>
        (long)(record.Traffic.Packets[0] + record.Traffic.Packets[1])
        * RecordTranslator.SamplingRateOf(in record);

    public static long Of(in Flow flow) => Of(in flow.Total) * flow.Weight;

    public static long Of(in EarlierPart part) => Of(in part.Counts) * part.Rate;

    private static long Of(in FlowCounts counts) => counts.Sent.Packets + counts.Received.Packets;
}
