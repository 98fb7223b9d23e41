using System.Text.Json;
using NetMon.Terminal.Documents;
using NetMon.Terminal.Flows;
using NetMon.Terminal.Tables;
using static NetMon.Terminal.Tables.Alignment;

namespace NetMon.Terminal.Status;

/// <summary>The state of several agents, a line each.</summary>
internal static class StatusTable
{
    private static readonly IReadOnlyList<Column<JsonElement>> Columns =
    [
        new("NODE", 100, agent => new Cell(agent.Text("agent"))) { Minimum = 8 },
        new("READY", 98, Ready),
        new("VERSION", 60, agent => Word(agent.Text("version"))),
        new("UP", 70, Up, Right),
        new("FLOWS", 80, agent => Count(agent, "flows", "active"), Right),
        new("PACKETS/S", 90, agent => Count(agent, "rates", "packets"), Right),
        new("BYTES/S", 88, Bytes, Right),
        new("DROPS/S", 86, agent => Count(agent, "rates", "drops"), Right),
        new("LOSSES", 84, Losses, Right),
        new("MEMORY", 65, Memory, Right),
        new("CPU", 64, Cpu, Right),
        new("REASON", 85, Reason) { Minimum = 16, Comfortable = 40 },
    ];

    public static void Print(IReadOnlyList<JsonElement> agents, TerminalOutput output) =>
        FlowListPrinter.Print(agents, Columns, output);

    private static Cell Ready(JsonElement agent) =>
        agent.Text("error").Length > 0 ? new Cell("unreachable", TextStyle.Failure)
        : !agent.Member("health").Is("ready") ? new Cell("no", TextStyle.Failure)
        : agent.Member("health").Texts("reasons").Any() ? new Cell("degraded", TextStyle.Notice)
        : new Cell("yes");

    private static Cell Reason(JsonElement agent) =>
        Word(
            agent.Text("error") is { Length: > 0 } error
                ? error
                : agent.Member("health").Texts("reasons").FirstOrDefault("")
        );

    private static Cell Up(JsonElement agent) =>
        agent.Number("uptime_seconds") is { } seconds
            ? new Cell(HumanUnits.Age(TimeSpan.FromSeconds(seconds)))
            : Cell.None;

    private static Cell Count(JsonElement agent, string part, string name) =>
        agent.Member(part).Number(name) is { } count ? new Cell(HumanUnits.Count(count)) : Cell.None;

    private static Cell Bytes(JsonElement agent) =>
        agent.Member("rates").Number("bytes") is { } bytes ? new Cell(HumanUnits.Bytes(bytes)) : Cell.None;

    private static Cell Losses(JsonElement agent)
    {
        if (agent.Member("losses").ValueKind != JsonValueKind.Array)
        {
            return Cell.None;
        }

        var count = agent.Items("losses").Sum(loss => loss.Number("count") ?? 0);
        return new Cell(HumanUnits.Count(count), count > 0 ? TextStyle.Notice : TextStyle.Plain);
    }

    private static Cell Memory(JsonElement agent) =>
        agent.Member("resources").Number("memory_bytes") is { } bytes
            ? new Cell(HumanUnits.Bytes(bytes))
            : Cell.None;

    private static Cell Cpu(JsonElement agent) =>
        agent.Member("resources").Number("cpu_percent") is { } percent
            ? new Cell($"{percent:0.0}%")
            : Cell.None;

    private static Cell Word(string word) => word.Length > 0 ? new Cell(word) : Cell.None;
}
