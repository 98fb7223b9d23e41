using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

/// <summary>Twin of struct netmon_sampling: one word, which the programs load at once.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NetmonSampling
{
    /// <summary>NETMON_MAX_SAMPLING_RATE: it has 16 bits in an entry of the flow map.</summary>
    public const int MaxRate = ushort.MaxValue;

    public uint Rate;
    public uint Threshold;

    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than <see cref="MaxRate"/>.</exception>
    public static NetmonSampling Of(int rate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, MaxRate);
        return new() { Rate = (uint)rate, Threshold = (uint)(((1L << 32) / rate) - 1) };
    }
}
