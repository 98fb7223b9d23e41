using NetMon.Core.Detections.Events;
using NetMon.Terminal.Flows;
using NetMon.Terminal.Tables;
using static NetMon.Terminal.Tables.Alignment;

namespace NetMon.Terminal.Events;

/// <summary>The columns of <c>netmon events</c>.</summary>
internal static class EventColumns
{
    /// <param name="zone">Of the times.</param>
    /// <param name="now">By the agent's clock.</param>
    /// <param name="wide">All of them.</param>
    public static IReadOnlyList<Column<SecurityEventView>> List(
        TimeZoneInfo zone,
        DateTimeOffset now,
        bool wide
    ) =>
        [
            AgentColumn.Of<SecurityEventView>(told => told.Agent),
            new("SINCE", 90, told => new(Time(told.Since, zone, wide ? "yyyy-MM-dd HH:mm:ss" : "HH:mm:ss"))),
            new("LAST", 60, told => new($"{HumanUnits.Age(now - told.Last)} ago")),
            new("STATE", 80, told => Word(told.State, told.State == "ongoing")),
            new("TYPE", 95, told => Word(told.Type, told.Severity == "high")),
            .. wide ? Details() : [],
            new("WHAT", 85, told => new(TerminalText.Clean(told.What))) { Minimum = 40, Comfortable = 80 },
        ];

    private static Column<SecurityEventView>[] Details() =>
        [
            new("ID", 20, told => new($"{told.Id}"), Right),
            new("SEVERITY", 50, told => Word(told.Severity, told.Severity == "high")),
            new("SOURCE", 70, told => End(told.Source)),
            new("DESTINATION", 65, told => End(told.Destination)),
            new("ATTEMPTS", 45, told => Count(told.Evidence.Attempts), Right),
            new("PORTS", 44, told => Count(told.Evidence.Ports), Right),
            new("DESTS", 43, told => Count(told.Evidence.Destinations), Right),
            new("SOURCES", 42, told => Count(told.Evidence.Sources), Right),
        ];

    /// <summary>An end by name, and its address and port where they are one.</summary>
    private static Cell End(SecurityEventEndView? end)
    {
        if (end is null)
        {
            return Cell.None;
        }

        var address = (end.Ip, end.Port) switch
        {
            ({ } ip, { } port) => ip.Contains(':') ? $"[{ip}]:{port}" : $"{ip}:{port}",
            ({ } ip, null) => ip,
            (null, { } port) => $":{port}",
            _ => "",
        };
        var name = string.IsNullOrEmpty(end.Namespace) ? end.Workload : $"{end.Namespace}/{end.Workload}";
        return new(TerminalText.Clean($"{name} {address}".Trim()));
    }

    private static Cell Word(string? word, bool notable) =>
        new(TerminalText.Clean(word), notable ? TextStyle.Notice : TextStyle.Plain);

    private static Cell Count(long? count) => count is { } number ? new(HumanUnits.Count(number)) : Cell.None;

    private static string Time(DateTimeOffset time, TimeZoneInfo zone, string format) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString(format);
}
