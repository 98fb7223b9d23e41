using NetMon.Core.Drops;
using NetMon.Core.Endpoints;
using NetMon.Core.Sockets;

namespace NetMon.Core.Flows;

/// <summary>What a flow is now: totals since its start, as seen from its initiator (source).</summary>
/// <remarks>A mutable struct that lives in the agent's table and is handed out by reference or copy; never boxed.</remarks>
public struct Flow
{
    public FlowEndpoint Source;

    /// <summary>Behind a service: the backend, not the service's address.</summary>
    public FlowEndpoint Destination;

    /// <summary>Whose flow it is.</summary>
    public FlowAttribution Attribution;

    /// <summary>The process behind a local end; null if the end is not local, or not known.</summary>
    public SocketOwner? SourceOwner;
    public SocketOwner? DestinationOwner;

    /// <summary>What the kernel's socket at a local end says of the connection.</summary>
    public SocketFigures SourceSocket;
    public SocketFigures DestinationSocket;

    /// <summary>What the kernel dropped of the flow; null if nothing.</summary>
    public FlowDrops? Drops;

    /// <summary>Time of the first and last packet, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong StartNs;
    public ulong LastNs;

    /// <summary>Counts since the start. In an event's delta: counts since the flow's event before.</summary>
    public FlowCounts Total;

    /// <summary>
    /// TCP: time from the first SYN to the first SYN/ACK, and from there to the ACK that established it;
    /// microseconds, 0 = not seen.
    /// </summary>
    public uint SynToSynAckUs;
    public uint SynAckToAckUs;

    /// <summary>
    /// TCP: from the first SYN to the ACK that established the connection, retries included; microseconds, 0 = not
    /// seen.
    /// </summary>
    public uint ConnectUs;

    /// <summary>
    /// TCP: from the source's last data before the destination's first answer to that answer; microseconds, 0 = not seen.
    /// </summary>
    public uint FirstByteUs;

    /// <summary>TCP: round trips between here and each end, since the start.</summary>
    public RoundTripExtremes SourceRoundTrips;
    public RoundTripExtremes DestinationRoundTrips;

    /// <summary>TCP: the longest segment that each end said it takes (RFC 9293 section 3.7.1); 0 = not seen.</summary>
    public ushort MssSent;
    public ushort MssReceived;

    /// <summary>
    /// TCP flags seen, OR of all packets of the source and of the destination (RFC 9293 section 3.1; bit 8 is AE).
    /// </summary>
    public ushort TcpFlagsSent;
    public ushort TcpFlagsReceived;

    /// <summary>One of so many flows is counted, so that this one stands for as many: as of its latest counts; 0 = 1.</summary>
    public ushort SamplingRate;

    /// <summary>IP protocol number.</summary>
    public byte Protocol;
    public FlowState State;
    public FlowDirection Direction;
    public FlowClass Class;
    public FlowCause Cause;
    public FlowStatus Status;

    /// <summary>TCP: who sent the first RST; none also if both were in one record.</summary>
    public FlowEnd FirstReset;

    /// <summary>ICMP flow: type and code of its first packet.</summary>
    public byte IcmpType;
    public byte IcmpCode;

    /// <summary>
    /// The latest ICMP error that quoted this flow; meaningful when <see cref="FlowCounts.IcmpErrors"/> is not 0.
    /// </summary>
    public byte IcmpErrorType;
    public byte IcmpErrorCode;

    /// <summary>
    /// The first packet of the initiator (SYN, or SYN/ACK to it) was seen, so that source and destination are
    /// certain.
    /// </summary>
    public bool InitiatorCertain;

    /// <summary>What each of its counts adds to figures that are about all flows: the sampling rate, at least 1.</summary>
    public readonly int Weight => Math.Max((int)SamplingRate, 1);

    /// <summary>TCP: the handshake's round trip, microseconds; 0 = not seen whole.</summary>
    public readonly ulong RoundTripUs =>
        SynToSynAckUs != 0 && SynAckToAckUs != 0 ? (ulong)SynToSynAckUs + SynAckToAckUs : 0;

    public readonly FlowIdentity Identity =>
        new(Source.Address, Destination.Address, Source.Port, Destination.Port, Protocol, StartNs);
}
