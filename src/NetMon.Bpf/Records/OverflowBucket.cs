using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

/// <summary>Twin of enum overflow_class.</summary>
public enum OverflowClass
{
    Tcp,
    Udp,
    Icmp,
    Other,
}

/// <summary>Twin of struct overflow_bucket: packets that found no room in the flow map.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct OverflowBucket
{
    /// <summary>Buckets: one for each class and hook.</summary>
    public const int Count = 4 * 2;

    public ulong Packets;
    public ulong Bytes;

    /// <summary>Where the packets of a class that crossed a hook are among the <see cref="Count"/> buckets.</summary>
    public static int IndexOf(OverflowClass overflowClass, Hook hook) =>
        ((int)overflowClass * 2) + (hook == Hook.Egress ? 1 : 0);
}
