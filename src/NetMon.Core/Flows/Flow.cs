namespace NetMon.Core.Flows;

/// <summary>One end of a flow. For ICMP echo, <see cref="Port"/> is the identifier.</summary>
public readonly record struct FlowEndpoint(NetworkAddress Address, ushort Port, int InterfaceIndex);

/// <summary>Identity of a flow: a reused tuple has another start.</summary>
public readonly record struct FlowIdentity(
    NetworkAddress Source,
    NetworkAddress Destination,
    ushort SourcePort,
    ushort DestinationPort,
    byte Protocol,
    ulong StartNs
);

/// <summary>What a flow is now: totals since its start, as seen from its initiator (source).</summary>
/// <remarks>A mutable struct that lives in the agent's table and is handed out by reference or copy; never boxed.</remarks>
public struct Flow
{
    public FlowEndpoint Source;
    public FlowEndpoint Destination;

    /// <summary>Time of the first and last packet, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong StartNs;
    public ulong LastNs;

    /// <summary>Counts since the start. In an event's delta: counts since the flow's event before.</summary>
    public FlowCounts Total;

    /// <summary>TCP: time from the first SYN to the first SYN/ACK, and from there to the ACK that established it; microseconds, 0 = not seen.</summary>
    public uint SynToSynAckUs;
    public uint SynAckToAckUs;

    /// <summary>TCP: from the first SYN to the ACK that established the connection, retries included; microseconds, 0 = not seen.</summary>
    public uint ConnectUs;

    /// <summary>TCP flags seen, OR of all packets of the source and of the destination (RFC 9293 section 3.1; bit 8 is AE).</summary>
    public ushort TcpFlagsSent;
    public ushort TcpFlagsReceived;

    /// <summary>IP protocol number.</summary>
    public byte Protocol;
    public FlowState State;
    public FlowDirection Direction;
    public FlowClass Class;
    public FlowCause Cause;
    public FlowStatus Status;

    /// <summary>ICMP flow: type and code of its first packet.</summary>
    public byte IcmpType;
    public byte IcmpCode;

    /// <summary>The latest ICMP error that quoted this flow; meaningful when <see cref="FlowCounts.IcmpErrors"/> is not 0.</summary>
    public byte IcmpErrorType;
    public byte IcmpErrorCode;

    /// <summary>The first packet of the initiator (SYN, or SYN/ACK to it) was seen, so that source and destination are certain.</summary>
    public bool InitiatorCertain;

    public readonly FlowIdentity Identity =>
        new(
            Source.Address,
            Destination.Address,
            Source.Port,
            Destination.Port,
            Protocol,
            StartNs
        );
}

/// <summary>Packets and bytes that one end sent. Bytes are IP bytes on the wire, headers of each segment included.</summary>
public struct Traffic
{
    public long Packets;
    public long Bytes;
}

/// <summary>Counts of a flow: Sent is source to destination, Received the other way.</summary>
public struct FlowCounts
{
    public Traffic Sent;
    public Traffic Received;

    /// <summary>TCP segments and payload bytes sent again, by sequence number.</summary>
    public long RetransmitsSent;
    public long RetransmitsReceived;
    public long RetransmittedBytesSent;
    public long RetransmittedBytesReceived;

    /// <summary>TCP segments that announced a window of 0.</summary>
    public long ZeroWindowsSent;
    public long ZeroWindowsReceived;
    public long ResetsSent;
    public long ResetsReceived;
    public long SynRetries;

    /// <summary>ICMP errors that quoted this flow; their packets and bytes are among those of the direction they travelled.</summary>
    public long IcmpErrors;

    public void Add(in FlowCounts delta)
    {
        Sent.Packets += delta.Sent.Packets;
        Sent.Bytes += delta.Sent.Bytes;
        Received.Packets += delta.Received.Packets;
        Received.Bytes += delta.Received.Bytes;
        RetransmitsSent += delta.RetransmitsSent;
        RetransmitsReceived += delta.RetransmitsReceived;
        RetransmittedBytesSent += delta.RetransmittedBytesSent;
        RetransmittedBytesReceived += delta.RetransmittedBytesReceived;
        ZeroWindowsSent += delta.ZeroWindowsSent;
        ZeroWindowsReceived += delta.ZeroWindowsReceived;
        ResetsSent += delta.ResetsSent;
        ResetsReceived += delta.ResetsReceived;
        SynRetries += delta.SynRetries;
        IcmpErrors += delta.IcmpErrors;
    }
}

/// <summary>State of the conversation. TCP states follow RFC 9293 as far as an observer can tell.</summary>
public enum FlowState : byte
{
    /// <summary>Not TCP: packets in one direction only.</summary>
    Unreplied,

    /// <summary>Not TCP: packets both ways.</summary>
    Replied,
    SynSent,
    SynReceived,
    Established,

    /// <summary>FIN from one end.</summary>
    Closing,

    /// <summary>FIN from both ends.</summary>
    Closed,

    /// <summary>RST by either end.</summary>
    Reset,
}

/// <summary>The local endpoint's view of the initiator's packets: egress if sent from this node, ingress if received by it.</summary>
public enum FlowDirection : byte
{
    Ingress,
    Egress,
}

public enum FlowClass : byte
{
    Direct,

    /// <summary>Encapsulated traffic on an uplink; its inner packets are seen at the pods.</summary>
    Overlay,
}

/// <summary>Whether the flow came about. Decided once.</summary>
public enum FlowStatus : byte
{
    Pending,
    Ok,
    Failed,
}

/// <summary>Why a flow failed.</summary>
public enum FlowCause : byte
{
    None,

    /// <summary>RST in answer to a SYN.</summary>
    Refused,

    /// <summary>SYN without an answer until the flow timed out.</summary>
    Timeout,
    UnreachableNetwork,
    UnreachableHost,
    UnreachablePort,
    UnreachableProtocol,
    Prohibited,
    TimeExceeded,

    /// <summary>Established, then RST by the source.</summary>
    ResetByClient,

    /// <summary>Established, then RST by the destination.</summary>
    ResetByServer,
    FragmentationNeeded,
}

public enum FlowEventKind : byte
{
    Open,
    Update,
    Close,
    End,
}

/// <summary>One step of a flow: the flow after it, and the counts since the step before.</summary>
public struct FlowEvent
{
    public FlowEventKind Kind;
    public Flow Flow;
    public FlowCounts Delta;
}
