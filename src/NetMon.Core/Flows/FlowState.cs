namespace NetMon.Core.Flows;

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

/// <summary>
/// The local endpoint's view of packets: egress if sent from this node, ingress if received by it, transit if it only
/// forwards them. Of a flow: its initiator's packets, egress where both ends are local.
/// </summary>
public enum FlowDirection : byte
{
    Ingress,
    Egress,
    Transit,
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

/// <summary>Why a flow failed, or how it was broken off.</summary>
public enum FlowCause : byte
{
    None,

    /// <summary>RST by the destination before the connection was established.</summary>
    Refused,

    /// <summary>A handshake that nobody completed until the flow timed out.</summary>
    Timeout,
    UnreachableNetwork,
    UnreachableHost,
    UnreachablePort,
    UnreachableProtocol,
    Prohibited,
    TimeExceeded,

    /// <summary>Established, then RST by the source, which had not closed before.</summary>
    ResetByClient,

    /// <summary>Established, then RST by the destination, before both ends had closed.</summary>
    ResetByServer,
    FragmentationNeeded,

    /// <summary>A header that a router or the destination could not process.</summary>
    ParameterProblem,

    /// <summary>Failed, and the service that was asked for had no ready endpoint.</summary>
    NoEndpoints,

    /// <summary>The client itself gave up: its RST or FIN came before the connection was established.</summary>
    Aborted,

    /// <summary>A rule dropped what the source sent, and nothing came back.</summary>
    Policy,

    /// <summary>A request that nothing answered, where an answer was to be expected.</summary>
    NoAnswer,
}

/// <summary>One end of a flow.</summary>
public enum FlowEnd : byte
{
    None,
    Source,
    Destination,
}
