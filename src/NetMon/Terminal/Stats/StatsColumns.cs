using System.Text.Json;
using NetMon.Terminal.Documents;
using NetMon.Terminal.Tables;
using static NetMon.Terminal.Tables.Alignment;

namespace NetMon.Terminal.Stats;

/// <summary>The columns of <c>netmon stats</c>.</summary>
internal static class StatsColumns
{
    public static IReadOnlyList<Column<JsonElement>> Counters { get; } =
    [
        new("COUNTER", 90, counter => new Cell(counter.Text("name"))) { Minimum = 20 },
        new("LABELS", 85, Labels) { Minimum = 10 },
        new("VALUE", 95, counter => new Cell(Exact(counter.Number("value"))), Right),
    ];

    public static IReadOnlyList<Column<JsonElement>> Programs { get; } =
    [
        new("PROGRAM", 95, program => new Cell(program.Text("name"))) { Minimum = 10 },
        new("TYPE", 60, program => new Cell(program.Text("type"))),
        Count("RUNS/S", 90, "runs_per_second"),
        Count("NS/RUN", 88, "ns_per_run"),
        new("CPU", 86, program => Percent(program.Number("cpu_percent")), Right),
        Count("MISSED", 70, "missed"),
        Bytes("MEMORY", 50, "memory_bytes"),
        Count("ID", 40, "id", exact: true),
    ];

    public static IReadOnlyList<Column<JsonElement>> Maps { get; } =
    [
        new("MAP", 95, map => new Cell(map.Text("name"))) { Minimum = 10 },
        new("TYPE", 60, map => new Cell(map.Text("type"))),
        Count("ENTRIES", 90, "entries"),
        new("MAX", 88, Room, Right),
        Count("KEY", 45, "key_size"),
        Count("VALUE", 44, "value_size"),
        Bytes("MEMORY", 86, "memory_bytes"),
        Count("ID", 40, "id", exact: true),
    ];

    public static IReadOnlyList<Column<JsonElement>> Resources { get; } =
    [
        new("RESOURCE", 95, resource => new Cell(resource.Text("resource"))),
        Count("OBJECTS", 90, "objects"),
        new("STATE", 89, State),
        Age("LAST-EVENT", 85, "last_event_seconds"),
        new("LIST", 60, resource => Seconds(resource.Number("list_seconds")), Right),
        Count("LISTS", 55, "lists"),
        Sum("RESTARTS", 70, "restarts"),
        Sum("ERRORS", 80, "errors"),
        Count("UNREADABLE", 50, "objects_unreadable"),
        Bytes("READ", 45, "bytes_read"),
        new("TROUBLE", 87, resource => Word(resource.Text("trouble"), TextStyle.Failure)) { Minimum = 12 },
    ];

    public static IReadOnlyList<Column<MemoryRow>> Sizes { get; } =
    [
        new("PART", 60, row => new Cell(row.Part)),
        new("WHAT", 90, row => new Cell(row.What)),
        new("FIGURE", 95, row => new Cell(row.Figure), Right),
    ];

    private static Column<JsonElement> Count(
        string header,
        int importance,
        string name,
        bool exact = false
    ) =>
        new(
            header,
            importance,
            row =>
                row.Number(name) is not { } count ? Cell.None
                : exact ? new Cell(Exact(count))
                : new Cell(HumanUnits.Count(count)),
            Right
        );

    private static Column<JsonElement> Bytes(string header, int importance, string name) =>
        new(
            header,
            importance,
            row => row.Number(name) is { } bytes ? new Cell(HumanUnits.Bytes(bytes)) : Cell.None,
            Right
        );

    private static Column<JsonElement> Age(string header, int importance, string name) =>
        new(
            header,
            importance,
            row =>
                row.Number(name) is { } seconds
                    ? new Cell(HumanUnits.Age(TimeSpan.FromSeconds(seconds)))
                    : Cell.None,
            Right
        );

    /// <summary>The sum over a member that has a number for each reason.</summary>
    private static Column<JsonElement> Sum(string header, int importance, string name) =>
        new(
            header,
            importance,
            row =>
                row.Member(name) is { ValueKind: JsonValueKind.Object } reasons
                    ? new Cell(
                        HumanUnits.Count(
                            reasons.EnumerateObject().Sum(reason => reasons.Number(reason.Name) ?? 0)
                        )
                    )
                    : Cell.None,
            Right
        );

    private static Cell Labels(JsonElement counter) =>
        counter.Member("labels") is { ValueKind: JsonValueKind.Object } labels
            ? new Cell(
                string.Join(
                    ' ',
                    labels
                        .EnumerateObject()
                        .Select(label => $"{TerminalText.Clean(label.Name)}={labels.Text(label.Name)}")
                )
            )
            : Cell.None;

    // Of a ring, what it has room for is bytes.
    private static Cell Room(JsonElement map) =>
        map.Number("max_entries") is not { } room ? Cell.None
        : map.Text("type").EndsWith("ringbuf", StringComparison.Ordinal) ? new Cell(HumanUnits.Bytes(room))
        : new Cell(HumanUnits.Count(room));

    private static Cell State(JsonElement resource) =>
        !resource.Is("synced") ? new Cell("not synced", TextStyle.Failure)
        : resource.Is("watching") ? new Cell("watching")
        : new Cell("not watching", TextStyle.Notice);

    private static Cell Word(string word, TextStyle style) =>
        word.Length > 0 ? new Cell(word, style) : Cell.None;

    private static Cell Percent(double? percent) =>
        percent is { } value ? new Cell($"{value:0.00}%") : Cell.None;

    private static Cell Seconds(double? seconds) =>
        seconds is { } value ? new Cell($"{value:0.000}s") : Cell.None;

    private static string Exact(double? value) =>
        value is not { } number ? "-"
        : double.IsInteger(number) ? $"{number:0}"
        : $"{number:0.######}";
}
