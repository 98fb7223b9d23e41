using NetMon.Terminal.Flows;
using NetMon.Terminal.Tables;
using static NetMon.Terminal.Tables.Alignment;

namespace NetMon.Terminal.Top;

/// <summary>The columns of <c>netmon top</c>.</summary>
internal static class TopColumns
{
    /// <summary>The column that orders the table stays as long as the addresses.</summary>
    private const int OfOrder = 95;

    /// <summary>Which titles a key marks: bytes are those of both ways.</summary>
    private static readonly Dictionary<TopSort, string[]> Marked = new()
    {
        [TopSort.Bytes] = ["SENT/s", "RECV/s"],
        [TopSort.Packets] = ["PKTS/s"],
        [TopSort.Age] = ["AGE"],
        [TopSort.Rtt] = ["RTT"],
        [TopSort.Retransmits] = ["RETRANS"],
    };

    public static IReadOnlyList<Column<TopRow>> Create(FlowColumnContext context, TopState state)
    {
        Column<TopRow>[] columns =
        [
            .. EndColumns.Ends<TopRow>(row => row.Flow, state.Addresses),
            new("PROTO", 75, row => FlowCells.Protocol(row.Flow)),
            new("STATE", 45, row => FlowCells.State(row.Flow)) { Typical = 11 },
            new("DIR", 30, row => FlowCells.Direction(row.Flow)) { Typical = 7 },
            new("SENT/s", 90, row => Rate(row.Rate?.SentBytes, HumanUnits.Bytes), Right) { Typical = 6 },
            new("RECV/s", 88, row => Rate(row.Rate?.ReceivedBytes, HumanUnits.Bytes), Right) { Typical = 6 },
            new("PKTS/s", 62, row => Rate(row.Rate?.Packets, HumanUnits.Count), Right) { Typical = 6 },
            new(
                "TOTAL",
                40,
                row => new Cell(HumanUnits.Bytes(row.Flow.Sent.Bytes + row.Flow.Received.Bytes)),
                Right
            )
            {
                Typical = 6,
            },
            new("AGE", 60, row => FlowCells.Age(row.Flow, context.Now), Right) { Typical = 5 },
            new("RTT", 55, row => FlowCells.RoundTrip(row.Flow, context.Glyphs), Right) { Typical = 6 },
            new("RETRANS", 52, row => FlowCells.Retransmits(row.Flow), Right),
            new("CAUSE", 35, row => FlowCells.Cause(row.Flow)) { Typical = 7 },
        ];
        return Array.ConvertAll(
            columns,
            column => IsMarked(column, state.Sort) ? column with { Importance = OfOrder } : column
        );
    }

    /// <summary>A column's title, with a mark if the table is ordered by it.</summary>
    public static Cell Title(Column<TopRow> column, TopState state, Glyphs glyphs) =>
        IsMarked(column, state.Sort)
            ? new Cell(
                column.Header + (state.Inverted ? glyphs.Ascending : glyphs.Descending),
                TextStyle.Selected
            )
            : new Cell(column.Header, TextStyle.Quiet);

    private static bool IsMarked(Column<TopRow> column, TopSort sort) =>
        Marked[sort].Contains(column.Header, StringComparer.Ordinal);

    private static Cell Rate(double? rate, Func<double, string> format) =>
        rate switch
        {
            null => Cell.None,
            < 0.05 => new Cell("0", TextStyle.Quiet),
            { } value => new Cell(format(value)),
        };
}
