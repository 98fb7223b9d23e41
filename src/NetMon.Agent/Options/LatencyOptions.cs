using NetMon.Core.Metrics;

namespace NetMon.Agent.Options;

/// <summary>How fast answers come.</summary>
public sealed class LatencyOptions
{
    /// <summary>Whether the kernel programs measure round trips, tell kinds of retransmission apart, and watch windows.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Upper bounds of the buckets of <c>netmon_latency_seconds</c>, in any order; a last one without bound is added.</summary>
    public IReadOnlyList<TimeSpan> HistogramBuckets { get; set; } =
    [.. Instruments.LatencyBounds.ToArray().Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>The same in seconds, increasing, each once.</summary>
    public IReadOnlyList<double> BucketBounds =>
        [.. HistogramBuckets.Distinct().Order().Select(bound => bound.TotalSeconds)];
}
