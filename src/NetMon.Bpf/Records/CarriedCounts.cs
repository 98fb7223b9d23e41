using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

/// <summary>All overflow buckets, by <see cref="OverflowBucket.IndexOf"/>.</summary>
[InlineArray(OverflowBucket.Count)]
internal struct OverflowBuckets
{
    private OverflowBucket _element;
}

/// <summary>Twin of struct netmon_carried: what programs of earlier layouts had counted, whose maps are gone.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CarriedCounts
{
    /// <summary>Number of the newest that is in it.</summary>
    public ulong Generation;
    public KernelCounters Counters;
    public OverflowBuckets Overflow;

    public void Add(in CarriedCounts other)
    {
        Add(ref Counters, in other.Counters);
        for (var i = 0; i < OverflowBucket.Count; i++)
        {
            Add(ref Overflow[i], in other.Overflow[i]);
        }
    }

    /// <summary>Adds structs that are counters and nothing else.</summary>
    public static void Add<T>(ref T sum, in T other)
        where T : unmanaged
    {
        var total = MemoryMarshal.Cast<T, ulong>(new Span<T>(ref sum));
        var each = MemoryMarshal.Cast<T, ulong>(new ReadOnlySpan<T>(in other));
        for (var i = 0; i < total.Length; i++)
        {
            total[i] += each[i];
        }
    }
}
