using System.Buffers.Binary;
using NetMon.Bpf.Records;

namespace NetMon.Bpf;

/// <summary>Which flows the programs choose where not all are counted: the twin of bpf/lib/sampling.h.</summary>
public static class FlowSample
{
    /// <summary>The largest sampling rate.</summary>
    public const int MaxRate = NetmonSampling.MaxRate;

    /// <param name="key">A flow.</param>
    /// <param name="rate">One flow of so many is chosen. What a larger rate chooses, a smaller one chooses, too.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than <see cref="MaxRate"/>.</exception>
    public static bool Has(in FlowKey key, int rate) => Hash(in key) <= NetmonSampling.Of(rate).Threshold;

    /// <summary>The hash of the client's socket: the end with the larger port; where ports do not tell, of both ends.</summary>
    public static uint Hash(in FlowKey key)
    {
        var end = key.Port[0] > key.Port[1] ? 0 : 1;
        var hash = OfSocket(in key, end);
        if (key.Port[0] == key.Port[1])
        {
            hash = Scatter(hash + OfSocket(in key, 0));
        }

        return (uint)(hash >> 32);
    }

    private static ulong OfSocket(in FlowKey key, int end)
    {
        ReadOnlySpan<byte> address = key.Address[end];
        var hash = Scatter(BinaryPrimitives.ReadUInt64BigEndian(address) + key.Protocol);
        hash = Scatter(hash ^ BinaryPrimitives.ReadUInt64BigEndian(address[8..]));
        return Scatter(hash ^ key.Port[end]);
    }

    // The finaliser of splitmix64 (Steele, Lea, Flood 2014), variant 13 of Stafford.
    private static ulong Scatter(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
}
