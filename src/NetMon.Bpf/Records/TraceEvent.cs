using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

// Twins of the structs of bpf/trace.h, byte for byte; NetMon.Bpf.Tests compares them with the header's type information.

/// <summary>Where on its way a packet was seen.</summary>
public enum TracePoint : byte
{
    /// <summary>It came into the stack by an interface: just before tc ingress.</summary>
    Receive = 1,

    /// <summary>It is to leave by an interface: just after tc egress.</summary>
    Send,

    /// <summary>The interface's driver took it, or did not.</summary>
    Driver,

    /// <summary>A socket took it; of TCP, that of an established connection.</summary>
    Socket,

    /// <summary>A process read it.</summary>
    Read,

    /// <summary>It was freed, having served its purpose.</summary>
    Done,

    /// <summary>It was freed for a reason.</summary>
    Drop,
}

/// <summary>The 10 bytes that are not used.</summary>
[InlineArray(10)]
public struct TracePadding
{
    private byte _element;
}

/// <summary>A packet at a point of its way.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TraceEvent
{
    public ulong TimeNs;

    /// <summary>The kernel's buffer: the same as long as it is one packet's.</summary>
    public ulong Buffer;

    /// <summary>When this packet was seen first; with <see cref="Buffer"/> its identity.</summary>
    public ulong SinceNs;

    /// <summary>Of a drop: address of the kernel's instruction.</summary>
    public ulong Location;
    public AddressBytes Source;
    public AddressBytes Destination;

    /// <summary>Inode number of the network namespace; 0: not known.</summary>
    public uint Netns;
    public uint Ifindex;

    /// <summary>From the IP header on.</summary>
    public uint Length;
    public uint Mark;

    /// <summary>enum skb_drop_reason of the running kernel.</summary>
    public uint Reason;

    /// <summary>What a driver answered, or bytes that were read.</summary>
    public int Code;

    /// <summary>Of TCP, or of an echo.</summary>
    public uint Sequence;
    public Pair<ushort> Ports;
    public ushort IpId;
    public TracePoint Point;
    public byte Protocol;
    public byte TcpFlags;

    /// <summary>Addresses, ports, protocol, flags and length are known.</summary>
    public byte HasTuple;
    public TracePadding Reserved;
    public DropInterfaceName Interface;
}

/// <summary>What is traced: all that is set has to fit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TraceFilterRecord
{
    public Pair<AddressBytes> Address;

    /// <summary>Bits of <see cref="Address"/> that have to fit.</summary>
    public Pair<AddressBytes> Mask;

    /// <summary>Packets per second, at most.</summary>
    public ulong Packets;
    public Pair<ushort> Port;
    public byte Protocol;
    public byte HasInterface;
    public Pair<byte> Reserved;
    public DropInterfaceName Interface;
}

/// <summary>What the programs count.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TraceCounters
{
    public ulong Events;

    /// <summary>Events that found no room in the ring.</summary>
    public ulong Lost;

    /// <summary>Packets beyond the rate.</summary>
    public ulong Limited;

    /// <summary>Packets that could not be remembered.</summary>
    public ulong Untold;
}
