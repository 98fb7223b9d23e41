namespace NetMon.Core.Flows;

/// <summary>Times are microseconds, null if not seen.</summary>
public sealed class TcpView
{
    public required string FlagsSent { get; init; }
    public required string FlagsReceived { get; init; }
    public long? ConnectUs { get; init; }
    public long? SynSynackUs { get; init; }
    public long? SynackAckUs { get; init; }
    public long? FirstByteUs { get; init; }
    public int? MssSent { get; init; }
    public int? MssReceived { get; init; }
    public required long RetransmitsSent { get; init; }
    public required long RetransmitsReceived { get; init; }
    public required long RetransmittedBytesSent { get; init; }
    public required long RetransmittedBytesReceived { get; init; }
    public required long ZeroWindows { get; init; }
    public required long Resets { get; init; }
    public required long SynRetries { get; init; }
    public long FastRetransmitsSent { get; init; }
    public long FastRetransmitsReceived { get; init; }
    public long TimeoutRetransmitsSent { get; init; }
    public long TimeoutRetransmitsReceived { get; init; }
    public long SpuriousRetransmitsSent { get; init; }
    public long SpuriousRetransmitsReceived { get; init; }
    public long OutOfOrderSent { get; init; }
    public long OutOfOrderReceived { get; init; }
    public long DuplicateAcksSent { get; init; }
    public long DuplicateAcksReceived { get; init; }
    public long GapsSent { get; init; }
    public long GapsReceived { get; init; }
    public long WindowFullSent { get; init; }
    public long WindowFullReceived { get; init; }
    public long ZeroWindowUsSent { get; init; }
    public long ZeroWindowUsReceived { get; init; }

    /// <summary>Null if no round trip was measured.</summary>
    public RoundTripsView? Rtt { get; init; }
}

/// <summary>Round trips by packets: between the observation point and each end; null where none was measured.</summary>
public sealed class RoundTripsView
{
    public RoundTripView? Source { get; init; }
    public RoundTripView? Destination { get; init; }
}

/// <summary>Microseconds.</summary>
public sealed class RoundTripView
{
    public required long Samples { get; init; }
    public required long MinUs { get; init; }
    public required long MeanUs { get; init; }
    public required long MaxUs { get; init; }
}

/// <summary>A process, as it is called in the host's pid namespace.</summary>
public sealed class ProcessView
{
    public required int Pid { get; init; }
    public required string Command { get; init; }
    public string? Cgroup { get; init; }
    public string? Container { get; init; }
    public string? PodUid { get; init; }
}

/// <summary>The kernel's own figures of a connection, at its close or since.</summary>
public sealed class SocketView
{
    public required long SrttUs { get; init; }
    public required long RttvarUs { get; init; }
    public long? MinRttUs { get; init; }
    public required long Retransmits { get; init; }

    /// <summary>Bytes per second.</summary>
    public long? DeliveryRate { get; init; }
}

/// <summary>What the kernel dropped of a flow for one reason.</summary>
public sealed class DropView
{
    public required string Reason { get; init; }
    public required long SentPackets { get; init; }
    public required long SentBytes { get; init; }
    public required long ReceivedPackets { get; init; }
    public required long ReceivedBytes { get; init; }
}
