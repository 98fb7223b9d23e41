using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections;

/// <summary>What happened to a flow that the detections hear of.</summary>
[Flags]
public enum SightingSteps : byte
{
    None = 0,

    /// <summary>It is new.</summary>
    Opened = 1,

    /// <summary>It had its time for an answer: what came of it is judged now, once.</summary>
    Examined = 2,

    /// <summary>It is over.</summary>
    Ended = 4,
}

/// <summary>A flow as the detections see it: small enough to be queued by value.</summary>
public struct FlowSighting
{
    private const ushort SystemPorts = 1024;

    public Endpoint? Source;
    public Endpoint? Destination;
    public NetworkAddress SourceAddress;

    /// <summary>What the source sent to: of a service that is its address, whichever backend answers.</summary>
    public NetworkAddress TargetAddress;

    /// <summary>When the flow began, and when this was told, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong StartNs;
    public ulong NowNs;

    /// <summary>IP bytes of either end since the sighting before, times the weight; 0 in one that only examines.</summary>
    public long SentBytes;
    public long ReceivedBytes;

    /// <summary>IP bytes of either end since the start.</summary>
    public long TotalSentBytes;
    public long TotalReceivedBytes;

    /// <summary>Packets since the start, at most <see cref="int.MaxValue"/>; those of ICMP errors about the flow are not among the received.</summary>
    public int SentPackets;
    public int ReceivedPackets;

    /// <summary>The flow's place in the agent's table; -1 if it has none.</summary>
    public int Slot;
    public ushort SourcePort;
    public ushort TargetPort;
    public ushort FlagsSent;
    public ushort FlagsReceived;

    /// <summary>How many flows it stands for, where not all are counted; 0 = 1.</summary>
    public ushort Weight;
    public byte Protocol;
    public byte IcmpType;
    public byte IcmpErrorType;
    public byte IcmpErrorCode;
    public SightingSteps Steps;
    public bool SourceLocal;
    public bool DestinationLocal;
    public bool HasIcmpError;

    /// <summary>The initiator is certain: its SYN, or the answer to it, was seen.</summary>
    public bool Certain;

    /// <summary>TCP: the handshake was completed. Else: both ends sent.</summary>
    public bool Established;

    /// <summary>The source sent its SYN again.</summary>
    public bool Retried;

    /// <summary>From somewhere in the cluster, or this host, to somewhere outside that is one place.</summary>
    public readonly bool IsEgress =>
        SourceLocal
        && Source is { Kind: not EndpointKind.External }
        && Destination is { Kind: EndpointKind.External };

    /// <summary>Copies what the detections need.</summary>
    public static void Read(in Flow flow, out FlowSighting sighting)
    {
        ref readonly var attribution = ref flow.Attribution;
        var translated = attribution.IsTranslated();
        ref readonly var total = ref flow.Total;
        var isTcp = flow.Protocol == IpProtocol.Tcp;
        sighting = new FlowSighting
        {
            Source = attribution.Source,
            Destination = attribution.Destination,
            SourceAddress = flow.Source.Address,
            TargetAddress = translated ? attribution.Asked : flow.Destination.Address,
            StartNs = flow.StartNs,
            NowNs = flow.LastNs,
            TotalSentBytes = total.Sent.Bytes,
            TotalReceivedBytes = total.Received.Bytes,
            SentPackets = Clamp(total.Sent.Packets),
            ReceivedPackets = Clamp(total.Received.Packets - total.IcmpErrors),
            Slot = -1,
            SourcePort = flow.Source.Port,
            TargetPort =
                !IpProtocol.HasPorts(flow.Protocol) ? (ushort)0
                : translated ? attribution.AskedPort
                : flow.Destination.Port,
            FlagsSent = flow.TcpFlagsSent,
            FlagsReceived = flow.TcpFlagsReceived,
            Weight = (ushort)flow.Weight,
            Protocol = flow.Protocol,
            IcmpType = flow.IcmpType,
            IcmpErrorType = flow.IcmpErrorType,
            IcmpErrorCode = flow.IcmpErrorCode,
            SourceLocal = attribution.SourceLocal,
            DestinationLocal = attribution.DestinationLocal,
            HasIcmpError = total.IcmpErrors > 0,
            Certain = flow.InitiatorCertain,
            Established = isTcp ? IsEstablished(in flow) : flow.State == FlowState.Replied,
            Retried = total.SynRetries > 0,
        };
    }

    public readonly bool Has(SightingSteps step) => (Steps & step) != SightingSteps.None;

    /// <summary>No time will change what came of it.</summary>
    public readonly bool IsSettled =>
        HasIcmpError
        || (
            IsConnect ? Established || ((FlagsSent | FlagsReceived) & TcpFlags.Rst) != 0
            : Protocol == IpProtocol.Tcp ? ReceivedPackets > 0
            : Established
        );

    /// <summary>A connection attempt: a SYN was sent.</summary>
    public readonly bool IsConnect => Protocol == IpProtocol.Tcp && (FlagsSent & TcpFlags.Syn) != 0;

    /// <summary>The answer of an old conversation rather than a request: a service's port speaks first to a client's.</summary>
    public readonly bool IsLateAnswer =>
        SourcePort < SystemPorts && TargetPort >= SystemPorts && !IsConnect && IpProtocol.HasPorts(Protocol);

    private static bool IsEstablished(in Flow flow) =>
        flow.ConnectUs != 0
        || flow.State == FlowState.Established
        || (flow.State is FlowState.Closing or FlowState.Closed && (flow.TcpFlagsSent & TcpFlags.Ack) != 0);

    private static int Clamp(long count) => (int)Math.Clamp(count, 0, int.MaxValue);
}

/// <summary>RFC 9293 section 3.1.</summary>
internal static class TcpFlags
{
    public const ushort Fin = 0x01;
    public const ushort Syn = 0x02;
    public const ushort Rst = 0x04;
    public const ushort Psh = 0x08;
    public const ushort Ack = 0x10;
    public const ushort Urg = 0x20;
    public const ushort All = 0x3f;
}
