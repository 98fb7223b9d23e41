using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

// Twins of the structs of bpf/netmon.h, byte for byte; NetMon.Bpf.Tests compares them with the object's BTF.

/// <summary>16 bytes of an address in network order, IPv4 mapped.</summary>
[InlineArray(16)]
public struct AddressBytes
{
    private byte _element;
}

/// <summary>A value for each end of a flow.</summary>
[InlineArray(2)]
public struct Pair<T>
    where T : unmanaged
{
    private T _element;
}

[StructLayout(LayoutKind.Sequential)]
public struct FlowKey
{
    public Pair<AddressBytes> Address;
    public Pair<ushort> Port;
    public byte Protocol;
    public byte Reserved0;
    public byte Reserved1;
    public byte Reserved2;
}

[StructLayout(LayoutKind.Sequential)]
public struct FlowTraffic
{
    public Pair<ulong> Packets;
    public Pair<ulong> Bytes;
}

public enum FlowTcpState : byte
{
    None,
    SynSent,
    SynReceived,
    Established,
    Closing,
    Closed,
    Reset,
}

[Flags]
public enum FlowFlags : byte
{
    None = 0,
    Initiator1 = 1,
    SynSeen = 2,
    Overlay = 4,
    Refused = 8,
    IPv6 = 16,
    Replied = 32,

    /// <summary>Ended since it is no longer chosen: what became of it is not known.</summary>
    Left = 64,
}

[StructLayout(LayoutKind.Sequential)]
public struct FlowStateRecord
{
    public const uint ObserverEgress = 0x80000000;
    public const uint ObserverPod = 0x40000000;
    public const uint ObserverIfindex = 0x3fffffff;

    public ulong FirstNs;
    public ulong LastNs;
    public Pair<uint> Observer;
    public Pair<ushort> TcpFlags;
    public byte IcmpType;
    public byte IcmpCode;
    public byte IcmpErrorType;
    public byte IcmpErrorCode;
    public FlowTcpState TcpState;
    public FlowFlags Flags;
    public Pair<byte> Seen;
    public uint Lifecycle;
}

[StructLayout(LayoutKind.Sequential)]
public struct FlowHandshake
{
    public uint SynUs;
    public uint SynAckUs;
    public uint AckUs;
    public uint RequestUs;
    public uint ResponseUs;
    public Pair<ushort> Mss;
}

[StructLayout(LayoutKind.Sequential)]
public struct FlowEvents
{
    public Pair<ulong> RetransmittedBytes;
    public Pair<ulong> ZeroWindowNs;
    public Pair<uint> Retransmits;
    public Pair<uint> FastRetransmits;
    public Pair<uint> TimeoutRetransmits;
    public Pair<uint> SpuriousRetransmits;
    public Pair<uint> OutOfOrder;
    public Pair<uint> DuplicateAcks;
    public Pair<uint> Gaps;
    public Pair<uint> ZeroWindows;
    public Pair<uint> WindowFull;
    public Pair<uint> Resets;
    public uint SynRetries;
    public uint IcmpErrors;
}

/// <summary>Counts of round trips by duration: up to 2^(b + 6) microseconds in bucket b, the rest in the last.</summary>
[InlineArray(Length)]
public struct RoundTripBuckets
{
    /// <summary>RTT_BUCKETS of bpf/netmon.h.</summary>
    public const int Length = 16;

    /// <summary>RTT_FIRST_SHIFT of bpf/netmon.h.</summary>
    public const int FirstShift = 6;

    private ushort _element;
}

[StructLayout(LayoutKind.Sequential)]
public struct FlowRoundTrips
{
    public Pair<uint> SumUs;
    public Pair<RoundTripBuckets> Buckets;
}

[StructLayout(LayoutKind.Sequential)]
public struct FlowExtremes
{
    public Pair<uint> MinUs;
    public Pair<uint> MaxUs;
}

public enum RecordReason : uint
{
    Open,
    Update,
    Close,
    End,
    Late,
}

/// <summary>What leaves the kernel about one flow: counts since the record before, and what holds now.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowRecord
{
    public FlowKey Key;
    public ulong TimeNs;
    public FlowTraffic Traffic;
    public FlowStateRecord State;
    public FlowEvents Events;
    public FlowHandshake Handshake;
    public FlowExtremes Extremes;
    public FlowRoundTrips RoundTrips;
    public RecordReason Reason;

    /// <summary>The counts stand for this many times as much. 0, in a record of programs that did not sample: 1.</summary>
    public uint SamplingRate;
}
