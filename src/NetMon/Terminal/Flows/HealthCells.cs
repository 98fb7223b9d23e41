using NetMon.Core.Flows;

namespace NetMon.Terminal.Flows;

/// <summary>Texts about a flow's health; empty if there is nothing to tell. They are made safe where they are shown.</summary>
internal static class HealthCells
{
    /// <summary>What is special about its segments, both ways: <c>3 fast, 1 timeout, 2 reordered</c>.</summary>
    public static string Troubles(FlowView flow) =>
        flow.Tcp is not { } tcp
            ? ""
            : Join(
                Counted(tcp.FastRetransmitsSent + tcp.FastRetransmitsReceived, "fast"),
                Counted(tcp.TimeoutRetransmitsSent + tcp.TimeoutRetransmitsReceived, "timeout"),
                Counted(tcp.SpuriousRetransmitsSent + tcp.SpuriousRetransmitsReceived, "spurious"),
                Counted(tcp.GapsSent + tcp.GapsReceived, "gaps"),
                Counted(tcp.OutOfOrderSent + tcp.OutOfOrderReceived, "reordered"),
                Counted(tcp.ZeroWindows, "zero-window"),
                Counted(tcp.WindowFullSent + tcp.WindowFullReceived, "window-full"),
                Counted(tcp.DuplicateAcksSent + tcp.DuplicateAcksReceived, "dup-acks")
            );

    /// <summary>Packets dropped, both ways, by the kernel's reasons: <c>3 NETFILTER_DROP</c>.</summary>
    public static string Drops(FlowView flow) =>
        flow.Drops is not { } drops
            ? ""
            : Join([.. drops.Select(drop => Counted(drop.SentPackets + drop.ReceivedPackets, drop.Reason))]);

    /// <summary><c>curl/1234</c>, and the beginning of the container's id.</summary>
    public static string Process(EndpointView end) =>
        end.Process is not { } process ? ""
        : process.Container is { Length: >= 12 } container
            ? $"{process.Command}/{process.Pid} ({container[..12]})"
        : $"{process.Command}/{process.Pid}";

    /// <summary>What the kernel's sockets say: the smoothed round trip and its deviation, that of the source first.</summary>
    public static string Socket(FlowView flow, Glyphs glyphs) =>
        Join(Of("source", flow.Source.Socket, glyphs), Of("dest", flow.Destination.Socket, glyphs));

    private static string Of(string end, SocketView? socket, Glyphs glyphs) =>
        socket is null or { SrttUs: 0 }
            ? "" // it has measured nothing yet
            : $"{end} {HumanUnits.Latency(socket.SrttUs, glyphs)}~{HumanUnits.Latency(socket.RttvarUs, glyphs)}";

    private static string Counted(long count, string what) =>
        count == 0 ? "" : $"{HumanUnits.Count(count)} {what}";

    private static string Join(params IReadOnlyList<string> parts) =>
        string.Join(", ", parts.Where(part => part.Length > 0));
}
