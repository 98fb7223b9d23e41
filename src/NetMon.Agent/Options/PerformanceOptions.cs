namespace NetMon.Agent.Options;

/// <summary>How much is done, or may wait, at once.</summary>
public sealed class PerformanceOptions
{
    /// <summary>Expositions of metrics that are put together at once, and likewise lists of flows; others wait. Each takes a processor.</summary>
    public int Workers { get; set; } = 2;

    /// <summary>Flow events that wait for one follower; some 300 bytes each while they wait. Rounded up to 1,024.</summary>
    public int BufferSize { get; set; } = 65_536;

    /// <summary>Records of the ring that are taken between two looks at what else there is to do.</summary>
    public int BatchSize { get; set; } = 1024;
}
