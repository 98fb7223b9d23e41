using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

/// <summary>Twin of enum socket_kind.</summary>
public enum SocketKind : byte
{
    None = 0,

    /// <summary>A connection of which the tuple is known: before its SYN leaves, or when it was accepted.</summary>
    Opened = 1,

    /// <summary>A connection, by the iterator.</summary>
    Seen = 2,

    /// <summary>A connection that is over; a UDP socket that was connected and is closed.</summary>
    Closed = 3,

    /// <summary>A socket that waits for others: TCP that listens, UDP that has a port and no peer.</summary>
    Bound = 4,
    Unbound = 5,
}

/// <summary>Twin of enum socket_flags.</summary>
[Flags]
public enum SocketFlags : uint
{
    None = 0,

    /// <summary>The other end opened the connection.</summary>
    Accepted = 1 << 0,

    /// <summary>The cgroup is of the memory controller's hierarchy of version 1.</summary>
    Cgroup1 = 1 << 1,

    /// <summary>Of no meaning outside of the kernel.</summary>
    Connected = 1 << 2,

    /// <summary>Of no meaning outside of the kernel.</summary>
    Reported = 1 << 3,
}

/// <summary>Twin of socket_owner.command: up to a NUL, 15 bytes at most.</summary>
[InlineArray(Length)]
public struct SocketCommand
{
    /// <summary>SOCKET_COMMAND.</summary>
    public const int Length = 16;

    private byte _element;
}

/// <summary>Twin of the array of struct socket_event: an address in network order.</summary>
[InlineArray(2)]
public struct SocketAddressWords
{
    private ulong _element;
}

/// <summary>Twin of struct socket_owner: whose a socket is.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SocketOwnerRecord
{
    /// <summary>Id in the cgroup v2 hierarchy, or see <see cref="SocketFlags.Cgroup1"/>.</summary>
    public ulong Cgroup;

    /// <summary>Cookie of the socket's network namespace; before Linux 5.12 its inode.</summary>
    public ulong Netns;

    /// <summary>When it was last certain that the process has the socket, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong SeenNs;

    /// <summary>Of the thread group, in the root pid namespace; 0 = not known.</summary>
    public uint Pid;
    public SocketFlags Flags;
    public SocketCommand Command;
}

/// <summary>Twin of struct socket_event.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SocketEvent
{
    /// <summary>Of a socket without a peer: one end is all 0.</summary>
    public FlowKey Key;
    public ulong TimeNs;

    /// <summary>Of the socket: none has had it before.</summary>
    public ulong Cookie;

    /// <summary>An address of the network namespace, for sockets that are bound to none; 0 = not known.</summary>
    public SocketAddressWords Home;

    /// <summary>Bytes per second; 0 = not known.</summary>
    public ulong DeliveryRate;
    public SocketOwnerRecord Owner;
    public uint SrttUs;
    public uint RttvarUs;
    public uint MinRttUs;
    public uint Retransmits;
    public SocketKind Kind;

    /// <summary>0 or 1: the end of the key that is this socket's.</summary>
    public byte LocalEnd;

    /// <summary>TCP_* of include/net/tcp_states.h.</summary>
    public byte State;
    public byte HasFigures;
    public uint Reserved;
}

/// <summary>Twin of struct socket_counters.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SocketCounters
{
    /// <summary>Put on the ring.</summary>
    public ulong Events;

    /// <summary>The ring was full.</summary>
    public ulong EventsLost;

    /// <summary>Sockets whose owner could not be kept with them.</summary>
    public ulong StorageFailed;

    /// <summary>Written by the iterator.</summary>
    public ulong Seen;

    /// <summary>Open files that the iterator looked at.</summary>
    public ulong Files;
}

/// <summary>Twin of the reserved bytes of struct socket_config.</summary>
[InlineArray(7)]
internal struct SocketConfigPadding
{
    private byte _element;
}

/// <summary>Twin of struct socket_config.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SocketConfig
{
    public ulong StaleNs;
    public byte Loopback;
    public SocketConfigPadding Reserved;
}
