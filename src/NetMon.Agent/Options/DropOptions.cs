namespace NetMon.Agent.Options;

/// <summary>What the kernel dropped.</summary>
public sealed class DropOptions
{
    /// <summary>Whether the drop program is loaded.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Sums (flow, reason, place) that the kernel can gather within a fifth of a second; drops beyond count as unattributed. 360 bytes each.</summary>
    public int MaxEntries { get; set; } = 8192;

    /// <summary>Drops that <c>/api/v1/drops</c> remembers; some 800 bytes each.</summary>
    public int Recent { get; set; } = 1024;

    /// <summary>Whether the counters of this host's protocols and interfaces are shown.</summary>
    public bool HostCounters { get; set; } = true;
}
