using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Scans;

/// <summary>What came of asking somebody for something.</summary>
public enum ProbeOutcome : byte
{
    /// <summary>Says nothing about who sent it.</summary>
    Unclear,

    /// <summary>There is somebody who talks.</summary>
    Answered,

    /// <summary>A SYN was answered, and the handshake was not completed.</summary>
    HalfOpen,

    /// <summary>Refused, forbidden or unanswered, and tiny.</summary>
    Failed,
}

/// <summary>How somebody asks; a bit each.</summary>
[Flags]
public enum ProbeTechniques : byte
{
    None = 0,
    Syn = 1,
    Fin = 2,
    Null = 4,
    Xmas = 8,
    Ack = 16,
    Udp = 32,
    Ping = 64,
    Other = 128,
}

/// <summary>Tells a probe from a conversation, by a flow's packets and flags alone.</summary>
/// <remarks>
/// <code>
///   TCP with SYN      handshake complete ----------------------------> answered
///                     SYN/ACK, no more ------------------------------> half open
///                     RST, a fatal ICMP error, nothing --------------> failed
///   TCP without SYN   at most 3 small packets without data, and
///                     an RST or nothing came back -------------------> failed (FIN, NULL, Xmas, ACK and Maimon scans)
///                     both ends talk --------------------------------> answered (met mid-stream)
///   UDP, ICMP echo    a reply ---------------------------------------> answered
///                     a fatal ICMP error; nothing to at most 3 packets > failed
/// </code>
/// "Time exceeded" is traceroute's, "packet too big" a conversation's. UDP to traceroute's ports, and from a service's port to a client's, says nothing either.
/// </remarks>
public static class ProbeRules
{
    private const int MostPackets = 3;

    /// <summary>IPv6 header and a TCP header with options: a packet without data is no longer.</summary>
    private const int LongestBare = 100;

    private const ushort FirstTraceroutePort = 33_434;
    private const ushort LastTraceroutePort = 33_625;
    private const ushort FirstClientPort = 32_768;
    private const byte EchoRequest = 8;
    private const byte EchoRequestV6 = 128;

    /// <summary>Judges a flow that had its time for an answer.</summary>
    public static ProbeOutcome Judge(in FlowSighting flow, out ProbeTechniques technique)
    {
        switch (flow.Protocol)
        {
            case IpProtocol.Tcp:
                technique = TechniqueOf(flow.FlagsSent);
                return (flow.FlagsSent & TcpFlags.Syn) != 0 ? JudgeConnect(in flow) : JudgeBare(in flow);
            case IpProtocol.Udp:
                technique = ProbeTechniques.Udp;
                return JudgeDatagram(in flow);
            case IpProtocol.Icmp or IpProtocol.IcmpV6 when flow.IcmpType is EchoRequest or EchoRequestV6:
                technique = ProbeTechniques.Ping;
                return flow.Established ? ProbeOutcome.Answered
                    : flow.SentPackets == 0 || flow.IsSlowed() ? ProbeOutcome.Unclear
                    : ProbeOutcome.Failed;
            default:
                technique = ProbeTechniques.None;
                return ProbeOutcome.Unclear;
        }
    }

    private static ProbeOutcome JudgeConnect(in FlowSighting flow) =>
        flow.Established ? ProbeOutcome.Answered
        : (flow.FlagsReceived & TcpFlags.Syn) != 0 ? ProbeOutcome.HalfOpen
        : (flow.FlagsReceived & TcpFlags.Rst) != 0 ? ProbeOutcome.Failed
        : flow.IsSlowed() || flow.ReceivedPackets > 0 ? ProbeOutcome.Unclear
        : ProbeOutcome.Failed;

    private static ProbeOutcome JudgeBare(in FlowSighting flow)
    {
        if (flow.SentPackets == 0)
        {
            return ProbeOutcome.Unclear;
        }

        var reset = (flow.FlagsReceived & TcpFlags.Rst) != 0;
        if (flow.ReceivedPackets > 0 && !reset)
        {
            return ProbeOutcome.Answered;
        }

        var bare =
            flow.SentPackets <= MostPackets
            && flow.TotalSentBytes <= (long)flow.SentPackets * LongestBare
            && flow.ReceivedPackets <= flow.SentPackets
            && (flow.FlagsReceived & ~(TcpFlags.Rst | TcpFlags.Ack)) == 0;
        return bare && IsProbe(flow.FlagsSent) && !flow.IsLateAnswer && !flow.IsSlowed()
            ? ProbeOutcome.Failed
            : ProbeOutcome.Unclear;
    }

    private static ProbeOutcome JudgeDatagram(in FlowSighting flow)
    {
        if (flow.Established)
        {
            return ProbeOutcome.Answered;
        }

        var answersOldQuestion =
            flow.IsLateAnswer || (flow.SourcePort < FirstClientPort && flow.TargetPort >= FirstClientPort);
        var trace = flow.TargetPort is >= FirstTraceroutePort and <= LastTraceroutePort;
        return flow.SentPackets is 0 or > MostPackets || answersOldQuestion || trace || flow.IsSlowed()
            ? ProbeOutcome.Unclear
            : ProbeOutcome.Failed;
    }

    // A lone RST is the end of something, and a segment with data the middle.
    private static bool IsProbe(ushort flags) =>
        (flags & (TcpFlags.Rst | TcpFlags.Syn)) == 0
        && ((flags & TcpFlags.Psh) == 0 || (flags & TcpFlags.Urg) != 0);

    private static ProbeTechniques TechniqueOf(ushort flags) =>
        (flags & TcpFlags.All) switch
        {
            0 => ProbeTechniques.Null,
            TcpFlags.Fin => ProbeTechniques.Fin,
            TcpFlags.Fin | TcpFlags.Psh | TcpFlags.Urg => ProbeTechniques.Xmas,
            TcpFlags.Ack => ProbeTechniques.Ack,
            var some when (some & TcpFlags.Syn) != 0 => ProbeTechniques.Syn,
            _ => ProbeTechniques.Other,
        };

    /// <summary>The error is about the way, not about who was asked.</summary>
    private static bool IsSlowed(this in FlowSighting flow) =>
        flow.HasIcmpError
        && IcmpErrors.Cause(flow.SourceAddress.IsIPv4, flow.IcmpErrorType, flow.IcmpErrorCode)
            is FlowCause.TimeExceeded
                or FlowCause.FragmentationNeeded
                or FlowCause.None;
}
