using NetMon.Core.Flows;
using NetMon.Terminal.Tables;
using static NetMon.Terminal.Tables.Alignment;

namespace NetMon.Terminal.Flows;

/// <summary>Columns that tell why a flow is slow, what was dropped of it, and whose sockets it has. Each is there only if some flow has something to show.</summary>
internal static class HealthColumns
{
    private const int Ample = 40;
    private const int Comfortable = 19;

    public static IReadOnlyList<Column<FlowView>> All(Glyphs glyphs) =>
        [
            Latency("RTT-SOURCE", 39, flow => flow.Tcp?.Rtt?.Source?.MeanUs, glyphs),
            Latency("RTT-DEST", 38, flow => flow.Tcp?.Rtt?.Destination?.MeanUs, glyphs),
            Latency("FIRST-BYTE", 37, flow => flow.Tcp?.FirstByteUs, glyphs),
            Text("TROUBLES", 36, HealthCells.Troubles, TextStyle.Notice),
            Text("DROPS", 64, HealthCells.Drops, TextStyle.Failure),
            Text("SOURCE-PROC", 58, flow => HealthCells.Process(flow.Source)),
            Text("DEST-PROC", 57, flow => HealthCells.Process(flow.Destination)),
            Text("SOCKET", 20, flow => HealthCells.Socket(flow, glyphs)),
        ];

    private static Column<FlowView> Latency(
        string header,
        int importance,
        Func<FlowView, long?> microseconds,
        Glyphs glyphs
    ) =>
        new(header, importance, flow => FlowCells.Latency(microseconds(flow), glyphs), Right)
        {
            IsNeeded = flow => microseconds(flow) is not null,
        };

    private static Column<FlowView> Text(
        string header,
        int importance,
        Func<FlowView, string> read,
        TextStyle style = TextStyle.Plain
    ) =>
        new(
            header,
            importance,
            flow => read(flow) is { Length: > 0 } text ? new Cell(TerminalText.Clean(text), style) : Cell.None
        )
        {
            Ample = Ample,
            Comfortable = Comfortable,
            Minimum = header.Length,
            IsNeeded = flow => read(flow).Length > 0,
        };
}
