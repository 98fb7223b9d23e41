using System.Text.Json;
using NetMon.Terminal.Documents;

namespace NetMon.Plugin;

/// <summary>The order of the items of a joined list: a number of each, the greatest first.</summary>
internal static class ItemOrder
{
    /// <summary>The latest first, by a member that is a time.</summary>
    public static Func<JsonElement, double> ByTime(string member) =>
        item =>
            item.Member(member) is { ValueKind: JsonValueKind.String } time
            && time.TryGetDateTimeOffset(out var at)
                ? at.UtcTicks
                : 0;
}

/// <summary>The orders that the list of flows has.</summary>
internal static class FlowOrder
{
    /// <param name="sort">A word of <see cref="Core.Flows.FlowSorts"/>; null: the most recent first.</param>
    public static Func<JsonElement, double> Of(string? sort) =>
        sort switch
        {
            "bytes" => flow => Both(flow, "bytes"),
            "packets" => flow => Both(flow, "packets"),
            "age" => flow => -ItemOrder.ByTime("start")(flow),
            "rtt" => flow => flow.Member("tcp").Number("connect_us") ?? 0,
            _ => ItemOrder.ByTime("last"),
        };

    private static double Both(JsonElement flow, string what) =>
        (flow.Member("sent").Number(what) ?? 0) + (flow.Member("received").Number(what) ?? 0);
}
