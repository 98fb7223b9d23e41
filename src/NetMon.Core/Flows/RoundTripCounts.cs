using System.Runtime.CompilerServices;

namespace NetMon.Core.Flows;

/// <summary>Round trips by duration: up to 64 µs in the first bucket, up to twice the bucket before in each other, the rest in the last.</summary>
[InlineArray(Length)]
public struct RoundTripBuckets
{
    public const int Length = 16;

    private const double FirstBound = 64e-6;

    private uint _element;

    /// <summary>Upper bounds in seconds, of all but the last.</summary>
    public static double[] Bounds { get; } =
    [.. Enumerable.Range(0, Length - 1).Select(bucket => FirstBound * (1 << bucket))];

    public void Add(in RoundTripBuckets delta)
    {
        for (var i = 0; i < Length; i++)
        {
            this[i] += delta[i];
        }
    }
}

/// <summary>Round trips between the observation point and the ends of a flow, by duration. Kept with a flow only until the metrics have them.</summary>
public struct RoundTripCounts
{
    /// <summary>Whether there is any.</summary>
    public bool Any;
    public RoundTripBuckets Source;
    public RoundTripBuckets Destination;

    public void Add(in RoundTripCounts delta)
    {
        if (delta.Any)
        {
            Any = true;
            Source.Add(in delta.Source);
            Destination.Add(in delta.Destination);
        }
    }

    /// <summary>Makes the source the destination.</summary>
    public void Swap() => (Source, Destination) = (Destination, Source);
}
