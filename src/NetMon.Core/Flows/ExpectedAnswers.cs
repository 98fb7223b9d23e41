namespace NetMon.Core.Flows;

/// <summary>Which packets ask for an answer, so that silence is a failure: not those of one-way protocols such as syslog, statsd or an encapsulation.</summary>
/// <remarks>
/// Meant to be silent in doubt. An answer is expected
/// <list type="number">
/// <item>to an ICMP echo request;</item>
/// <item>at a port whose protocol answers each request (<see cref="AnswersAt"/>);</item>
/// <item>at a server that has answered others, where few packets came, and the ports are those of a client and a server: peers that use one port both
/// ways (gossip) also send what asks for nothing.</item>
/// </list>
/// and only of one destination, and only where packets of an end of this node were seen, since replies that are merely forwarded may take another way.
/// </remarks>
public static class ExpectedAnswers
{
    /// <summary>A request is tried again some times; what has more packets is a stream.</summary>
    private const int MostTries = 16;

    private const int FirstClientPort = 32_768;

    /// <summary>A client's first datagram of QUIC has at least 1200 bytes (RFC 9000 section 14.1); others may be the end of a connection that was idle.</summary>
    private const int SmallestQuicInitial = 1200;

    private const byte EchoRequest = 8;
    private const byte EchoRequestV6 = 128;

    /// <summary>Whether silence at the end of a flow means that it failed.</summary>
    /// <param name="flow">A flow that is not TCP, and was not replied to.</param>
    /// <param name="answersOthers">Its destination, with this port, has answered others.</param>
    public static bool IsMissing(in Flow flow, bool answersOthers) =>
        flow.Total.Sent.Packets > 0
        && flow.Total.Received.Packets <= flow.Total.IcmpErrors
        && flow.Class == FlowClass.Direct
        && (flow.Attribution.SourceLocal || flow.Attribution.DestinationLocal)
        && !flow.Destination.Address.IsOfSeveral
        && (IsEcho(in flow) || IsKnownRequest(in flow) || (answersOthers && MayBeRequest(in flow)));

    /// <summary>Whether the protocol that has this UDP port answers each request, from the address and port that were asked.</summary>
    public static bool AnswersAt(ushort port) =>
        port
            is 53 // DNS
                or 88 // Kerberos
                or 123 // NTP
                or 161 // SNMP
                or 443 // QUIC
                or 500 // IKE
                or 853 // DNS over QUIC
                or 1812 // RADIUS
                or 1813
                or 3478; // STUN

    private static bool IsEcho(in Flow flow) =>
        flow.Protocol == IpProtocol.Icmp
            ? flow.IcmpType == EchoRequest
            : flow.Protocol == IpProtocol.IcmpV6 && flow.IcmpType == EchoRequestV6;

    private static bool IsKnownRequest(in Flow flow) =>
        flow.Protocol == IpProtocol.Udp
        && AnswersAt(flow.Destination.Port)
        && (flow.Destination.Port is not (443 or 853) || flow.Total.Sent.Bytes >= SmallestQuicInitial);

    private static bool MayBeRequest(in Flow flow) =>
        flow.Protocol == IpProtocol.Udp
        && flow.Destination.Port < FirstClientPort
        && flow.Destination.Port != flow.Source.Port
        && flow.Total.Sent.Packets <= MostTries;
}
