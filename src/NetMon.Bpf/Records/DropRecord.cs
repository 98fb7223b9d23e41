using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace NetMon.Bpf.Records;

// Twins of the structs of bpf/drops.h, byte for byte; NetMon.Bpf.Tests compares them with the object's BTF.

/// <summary>Where on its way through a network namespace a packet was dropped.</summary>
public enum DropPath : byte
{
    /// <summary>Made in the namespace, not yet out of it.</summary>
    Send,

    /// <summary>Came in by the interface, not yet routed out by another one.</summary>
    Receive,

    /// <summary>Came in by another interface.</summary>
    Forward,
}

/// <summary>Packets of one flow's end that were dropped in one place for one reason.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DropKey
{
    public FlowKey Flow;

    /// <summary>Address of the kernel's instruction.</summary>
    public ulong Location;

    /// <summary>enum skb_drop_reason of the running kernel.</summary>
    public uint Reason;

    /// <summary>Inode number of the network namespace; 0: not known.</summary>
    public uint Netns;

    /// <summary>In that namespace; 0: none.</summary>
    public uint Ifindex;

    /// <summary>The end of the flow that sent the packets.</summary>
    public byte From;
    public DropPath Path;
    public Pair<byte> Reserved;
}

/// <summary>An interface's name, padded with NUL.</summary>
[InlineArray(Length)]
public struct DropInterfaceName
{
    /// <summary>DROP_INTERFACE_NAME.</summary>
    public const int Length = 16;

    private byte _element;

    /// <summary>Empty where there is none.</summary>
    public readonly string Text()
    {
        ReadOnlySpan<byte> bytes = this;
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}

/// <summary>The 6 bytes behind two.</summary>
[InlineArray(6)]
public struct DropPadding
{
    private byte _element;
}

/// <summary>What gathered under a <see cref="DropKey"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DropValue
{
    /// <summary>On the wire: segments of a GSO packet.</summary>
    public ulong Packets;

    /// <summary>IP bytes on the wire.</summary>
    public ulong Bytes;
    public ulong FirstNs;
    public ulong LastNs;

    /// <summary>The key before the translation of addresses; protocol 0: not translated.</summary>
    public FlowKey Original;
    public DropInterfaceName Interface;

    /// <summary>The end of <see cref="Original"/> that sent the packets.</summary>
    public byte OriginalFrom;

    /// <summary>The end of <see cref="Original"/> that began the connection.</summary>
    public byte OriginalSource;
    public DropPadding Reserved;
}

/// <summary>Twin of enum drop_unattributed: why packets are in no <see cref="DropValue"/>.</summary>
public enum DropUnattributed
{
    MapFull,
    NonIp,

    /// <summary>Headers that are missing, cut off or not linear.</summary>
    Unreadable,
}

/// <summary>Packets by <see cref="DropUnattributed"/>.</summary>
[InlineArray(Length)]
public struct DropUnattributedPackets
{
    /// <summary>DROP_UNATTRIBUTED.</summary>
    public const int Length = 3;

    private ulong _element;
}

/// <summary>What was dropped for one reason, all in all.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DropTotal
{
    /// <summary>DROP_REASONS: totals of reasons by themselves.</summary>
    public const int Reasons = 256;

    /// <summary>DROP_TOTALS: and one for each sub-system.</summary>
    public const int Count = Reasons + 16;

    public ulong Packets;
    public ulong Bytes;

    /// <summary>Buffers that were freed for a reason that is no loss: in none of the others.</summary>
    public ulong Ordinary;

    /// <summary>Buffers that are no network packets: in none of the others.</summary>
    public ulong Foreign;
    public DropUnattributedPackets Unattributed;
    public ulong Reserved;

    /// <summary>Where the total of a reason is.</summary>
    public static int IndexOf(uint reason) =>
        reason >> 16 is var system and not 0 ? Reasons + (int)(system < Count - Reasons ? system : 0)
        : reason < Reasons ? (int)reason
        : Reasons;
}

/// <summary>Bits of the reasons that are no loss.</summary>
[InlineArray(DropTotal.Reasons / 64)]
public struct DropReasonBits
{
    private ulong _element;
}

/// <summary>Twin of struct drop_place: where freeing for this reason is no loss.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DropPlace
{
    public ulong Location;
    public uint Reason;
    public uint Reserved;
}

/// <summary>Twin of struct drop_config.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DropConfig
{
    public DropReasonBits Ordinary;
}
