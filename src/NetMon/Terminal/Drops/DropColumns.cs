using NetMon.Core.Drops;
using NetMon.Terminal.Flows;
using NetMon.Terminal.Tables;
using static NetMon.Terminal.Tables.Alignment;

namespace NetMon.Terminal.Drops;

/// <summary>The columns of <c>netmon drops</c>.</summary>
internal static class DropColumns
{
    private const string Time = "HH:mm:ss";
    private const string ExactTime = "yyyy-MM-dd HH:mm:ss.fff";

    public static IReadOnlyList<Column<DropView>> List(TimeZoneInfo zone, bool wide) =>
        [
            AgentColumn.Of<DropView>(drop => drop.Agent),
            new("TIME", 86, drop => At(drop.Time, wide ? ExactTime : Time, zone)) { Typical = Time.Length },
            new("REASON", 98, Reason) { Typical = 18 },
            new("PACKETS", 92, drop => FlowCells.Packets(drop.Packets), Right),
            new("BYTES", 90, drop => new Cell(HumanUnits.Bytes(drop.Bytes)), Right) { Typical = 6 },
            EndColumns.Name<DropView>("SOURCE", 100, drop => EndCells.Source(drop.Source)),
            EndColumns.Name<DropView>("DESTINATION", 99, drop => EndCells.Destination(drop.Destination)),
            new("PROTO", 75, drop => EndCells.Word(drop.Protocol)) { Typical = 6 },
            new("INTERFACE", 60, Interface) { Typical = 10 },
            .. wide ? Details() : [],
            new("LOCATION", 40, drop => EndCells.Word(drop.Location))
            {
                Typical = 24,
                Comfortable = 24,
                Minimum = 8,
            },
            new("HINT", 84, drop => EndCells.Word(drop.Hint))
            {
                Typical = 24,
                Comfortable = 40,
                Minimum = 24,
            },
        ];

    private static Column<DropView>[] Details() =>
        [
            new("CLASS", 39, drop => EndCells.Word(drop.Class)) { Typical = 6 },
            new("DIR", 38, drop => EndCells.Word(drop.Direction)) { Typical = 7 },
            new("PATH", 37, drop => EndCells.Word(drop.Path)) { Typical = 7 },
            new("NETNS", 36, Netns) { Typical = 10 },
            new("SOURCE-ADDR", 35, drop => EndCells.Address(drop.Source)) { Typical = 21 },
            new("DEST-ADDR", 34, drop => EndCells.Address(drop.Destination)) { Typical = 21 },
            new("SOURCE-POD", 33, drop => EndCells.Word(drop.Source.Pod)) { Typical = 10 },
            new("DEST-POD", 32, drop => EndCells.Word(drop.Destination.Pod)) { Typical = 10 },
            new("FLOW", 31, drop => EndCells.Word(drop.Flow)) { Typical = 16 },
        ];

    private static Cell Reason(DropView drop) =>
        new(TerminalText.Clean(drop.Reason), drop.Class is "policy" ? TextStyle.Notice : TextStyle.Failure);

    // An interface of another namespace may have a name of this one's.
    private static Cell Interface(DropView drop) =>
        drop.Interface is not { } at
            ? Cell.None
            : new(
                TerminalText.Clean(at.Name ?? $"#{at.Index}") + (drop.Host is false ? " (other netns)" : "")
            );

    private static Cell Netns(DropView drop) =>
        drop.Host is true ? new Cell("host")
        : drop.Netns is { } number ? new Cell($"{number}")
        : Cell.None;

    private static Cell At(DateTimeOffset time, string format, TimeZoneInfo zone) =>
        new(TimeZoneInfo.ConvertTime(time, zone).ToString(format));
}
