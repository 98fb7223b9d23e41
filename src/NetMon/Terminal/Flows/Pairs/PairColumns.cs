using NetMon.Terminal.Tables;
using static NetMon.Terminal.Tables.Alignment;

namespace NetMon.Terminal.Flows.Pairs;

/// <summary>The columns of <c>netmon flows --by</c>.</summary>
internal static class PairColumns
{
    public static IReadOnlyList<Column<FlowPair>> List(FlowColumnContext context) =>
        [
            EndColumns.Name<FlowPair>("SOURCE", 100, pair => EndCells.Word(pair.Source)),
            EndColumns.Name<FlowPair>("DESTINATION", 99, pair => EndCells.Word(pair.Destination)),
            new("FLOWS", 85, pair => FlowCells.Packets(pair.Flows), Right),
            new("FAILED", 80, Failed, Right),
            new("SENT", 90, pair => new Cell(HumanUnits.Bytes(pair.SentBytes)), Right),
            new("RECEIVED", 88, pair => new Cell(HumanUnits.Bytes(pair.ReceivedBytes)), Right),
            new("PACKETS", 45, pair => FlowCells.Packets(pair.Packets), Right),
            new("RTT", 60, pair => FlowCells.Latency(pair.RoundTripUs, context.Glyphs), Right),
            new("RETRANS", 50, pair => FlowCells.Trouble(pair.Retransmits), Right),
        ];

    private static Cell Failed(FlowPair pair) =>
        pair.Failed == 0
            ? new Cell("0", TextStyle.Quiet)
            : new Cell(HumanUnits.Count(pair.Failed), TextStyle.Failure);
}
