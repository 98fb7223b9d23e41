using NetMon.Core.Flows;
using NetMon.Terminal.Tables;
using static NetMon.Terminal.Tables.Alignment;

namespace NetMon.Terminal.Flows;

/// <summary>What a flow's cells need to know besides the flow.</summary>
/// <param name="Now">Time of the list, by the agent's clock; null in a stream, where a flow's age is that of its last packet.</param>
internal sealed record FlowColumnContext(Glyphs Glyphs, TimeZoneInfo TimeZone, DateTimeOffset? Now)
{
    /// <summary>The reader asked for failures: causes stay when the terminal is narrow.</summary>
    public bool OfFailures { get; init; }
}

/// <summary>The columns of <c>netmon flows</c>.</summary>
internal static class FlowColumns
{
    private const int InterfaceName = 15; // IFNAMSIZ - 1
    private const string DateAndTime = "yyyy-MM-dd HH:mm:ss";

    public static IReadOnlyList<Column<FlowView>> List(FlowColumnContext context, bool wide) =>
        [
            AgentColumn.Of<FlowView>(flow => flow.Agent),
            .. EndColumns.Ends<FlowView>(flow => flow),
            .. What(),
            .. Figures(context, wide),
            .. wide
                ? [.. HealthColumns.All(context.Glyphs), .. EndColumns.Details(), .. Details(context)]
                : Array.Empty<Column<FlowView>>(),
        ];

    /// <param name="arrived">When the line at hand arrived: a flow's own times lie before, those of an end by the time-out.</param>
    public static IReadOnlyList<Column<FlowView>> Stream(
        FlowColumnContext context,
        Func<DateTimeOffset> arrived,
        bool wide
    ) => [Time(context, arrived, wide), Event(), .. List(context, wide)];

    private static Column<FlowView> Time(FlowColumnContext context, Func<DateTimeOffset> arrived, bool wide)
    {
        var format = wide ? "HH:mm:ss.fff" : "HH:mm:ss";
        return new("TIME", 86, _ => At(arrived(), format, context)) { Typical = format.Length };
    }

    private static Column<FlowView> Event() =>
        new(
            "EVENT",
            85,
            flow => new Cell(
                TerminalText.Clean(flow.Event),
                flow.Status is "failed" ? TextStyle.Failure
                    : flow.Event is "update" or "end" ? TextStyle.Quiet
                    : TextStyle.Plain
            )
        )
        {
            Typical = 6,
        };

    private static IEnumerable<Column<FlowView>> What() =>
        [
            new("PROTO", 75, FlowCells.Protocol) { Typical = 6 },
            new("STATE", 70, FlowCells.State) { Typical = 12 },
            new("DIR", 30, FlowCells.Direction) { Typical = 7 },
        ];

    private static IEnumerable<Column<FlowView>> Figures(FlowColumnContext context, bool wide)
    {
        yield return new("SENT", 90, flow => FlowCells.Bytes(flow.Sent), Right) { Typical = 6 };
        yield return new("RECEIVED", 88, flow => FlowCells.Bytes(flow.Received), Right);
        if (wide)
        {
            yield return new("PKTS-SENT", 26, flow => FlowCells.Packets(flow.Sent.Packets), Right);
            yield return new("PKTS-RECV", 25, flow => FlowCells.Packets(flow.Received.Packets), Right);
        }
        else
        {
            yield return new(
                "PACKETS",
                25,
                flow => FlowCells.Packets(flow.Sent.Packets + flow.Received.Packets),
                Right
            );
        }

        yield return new("AGE", 60, flow => FlowCells.Age(flow, context.Now), Right) { Typical = 5 };
        yield return new("RTT", 40, flow => FlowCells.RoundTrip(flow, context.Glyphs), Right) { Typical = 6 };
        yield return new("RETRANS", 35, FlowCells.Retransmits, Right);
        yield return new("CAUSE", context.OfFailures ? 95 : 65, FlowCells.Cause) { Typical = 7 };
    }

    private static IEnumerable<Column<FlowView>> Details(FlowColumnContext context) =>
        [
            Interface("SOURCE-IF", 24, flow => flow.Source),
            Interface("DEST-IF", 23, flow => flow.Destination),
            new("FLAGS-SENT", 22, flow => FlowCells.TcpFlags(flow.Tcp?.FlagsSent)) { Typical = 15 },
            new("FLAGS-RECV", 21, flow => FlowCells.TcpFlags(flow.Tcp?.FlagsReceived)) { Typical = 15 },
            new("ICMP", 19, FlowCells.Icmp),
            new("CONNECT", 18, flow => FlowCells.Connect(flow, context.Glyphs), Right),
            new("SYN-RETRIES", 17, FlowCells.SynRetries, Right),
            new("APP", 20, FlowCells.AppProtocol) { Typical = 5 },
            new("CLASS", 16, FlowCells.Class) { Typical = 7 },
            new("START", 15, flow => At(flow.Start, DateAndTime, context)) { Typical = 19 },
            new("LAST", 14, flow => At(flow.Last, DateAndTime, context)) { Typical = 19 },
        ];

    private static Column<FlowView> Interface(
        string header,
        int importance,
        Func<FlowView, EndpointView> end
    ) =>
        new(header, importance, flow => FlowCells.Interface(end(flow)))
        {
            Typical = InterfaceName,
            Comfortable = InterfaceName,
            Minimum = header.Length,
        };

    private static Cell At(DateTimeOffset time, string format, FlowColumnContext context) =>
        new(TimeZoneInfo.ConvertTime(time, context.TimeZone).ToString(format));
}
