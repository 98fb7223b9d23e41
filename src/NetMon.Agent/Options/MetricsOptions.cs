namespace NetMon.Agent.Options;

/// <summary>What the metrics tell apart, and how many series that may take.</summary>
public sealed class MetricsOptions
{
    /// <summary>Series of one metric family; what comes after counts in one series whose labels say <c>other</c>.</summary>
    public int MaxSeries { get; set; } = 10_000;

    /// <summary>Whether bytes and packets are told apart by source and destination address.</summary>
    public bool Addresses { get; set; } = true;
}
