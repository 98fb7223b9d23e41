using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.TestRun;

/// <summary>Round trips to one end, summed over a flow's records.</summary>
internal sealed class SeenRoundTrips
{
    public long[] Buckets { get; } = new long[RoundTripBuckets.Length];
    public long Samples => Buckets.Sum();
    public long SumUs { get; private set; }

    /// <summary>0 where there is no sample.</summary>
    public uint MinUs { get; private set; }
    public uint MaxUs { get; private set; }
    public double MeanUs => Samples == 0 ? 0 : (double)SumUs / Samples;

    public void Add(in FlowRoundTrips delta, in FlowExtremes extremes, int end)
    {
        SumUs += delta.SumUs[end];
        for (var b = 0; b < RoundTripBuckets.Length; b++)
        {
            Buckets[b] += delta.Buckets[end][b];
        }

        MinUs = extremes.MinUs[end];
        MaxUs = extremes.MaxUs[end];
    }
}
