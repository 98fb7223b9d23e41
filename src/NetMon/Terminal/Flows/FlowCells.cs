using NetMon.Core.Flows;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Flows;

/// <summary>Text of a flow's properties for a person. All of it is made safe here: what a server sends is not trusted.</summary>
internal static class FlowCells
{
    public static Cell Interface(EndpointView endpoint) => Word(endpoint.Interface);

    public static Cell Protocol(FlowView flow) => Word(flow.Protocol);

    public static Cell AppProtocol(FlowView flow) => Word(flow.AppProtocol);

    public static Cell State(FlowView flow) =>
        Word(
            flow.State,
            flow.State switch
            {
                _ when flow.Status is "failed" => TextStyle.Failure,
                "syn-sent" or "syn-received" => TextStyle.Notice,
                "reset" => TextStyle.Notice,
                "closing" or "closed" => TextStyle.Quiet,
                _ => TextStyle.Plain,
            }
        );

    public static Cell Direction(FlowView flow) => Word(flow.Direction);

    public static Cell Class(FlowView flow) => Word(flow.Class);

    public static Cell Cause(FlowView flow) =>
        Word(flow.Cause, flow.Status is "failed" ? TextStyle.Failure : TextStyle.Notice);

    public static Cell Bytes(TrafficView traffic) => new(HumanUnits.Bytes(traffic.Bytes));

    public static Cell Packets(long packets) => new(HumanUnits.Count(packets));

    /// <param name="now">Null: the age at the flow's last packet.</param>
    public static Cell Age(FlowView flow, DateTimeOffset? now) =>
        new(HumanUnits.Age((flow.Ended ? flow.Last : now ?? flow.Last) - flow.Start));

    /// <summary>The handshake's round trip: to the SYN/ACK and from there to the ACK.</summary>
    public static Cell RoundTrip(FlowView flow, Glyphs glyphs) => Latency(RoundTripUs(flow), glyphs);

    public static long? RoundTripUs(FlowView flow) => flow.Tcp?.SynSynackUs + flow.Tcp?.SynackAckUs;

    public static Cell Connect(FlowView flow, Glyphs glyphs) => Latency(flow.Tcp?.ConnectUs, glyphs);

    /// <summary>Segments sent again by either end.</summary>
    public static Cell Retransmits(FlowView flow) =>
        Trouble(flow.Tcp?.RetransmitsSent + flow.Tcp?.RetransmitsReceived);

    public static Cell SynRetries(FlowView flow) => Trouble(flow.Tcp?.SynRetries);

    public static Cell TcpFlags(string? flags) => Word(flags);

    /// <summary>Type and code: of the flow, or of the error that quoted it.</summary>
    public static Cell Icmp(FlowView flow) =>
        flow.Icmp switch
        {
            { ErrorType: { } type, ErrorCode: { } code } => new Cell($"{type}/{code}", TextStyle.Notice),
            { Type: { } type, Code: { } code } => new Cell($"{type}/{code}"),
            _ => Cell.None,
        };

    public static Cell Latency(long? microseconds, Glyphs glyphs) =>
        microseconds is { } us ? new Cell(HumanUnits.Latency(us, glyphs)) : Cell.None;

    public static Cell Trouble(long? count) =>
        count is not { } number ? Cell.None
        : number == 0 ? new Cell("0", TextStyle.Quiet)
        : new Cell(HumanUnits.Count(number), TextStyle.Notice);

    private static Cell Word(string? word, TextStyle style = TextStyle.Plain) =>
        string.IsNullOrEmpty(word) ? Cell.None : new Cell(TerminalText.Clean(word), style);
}
