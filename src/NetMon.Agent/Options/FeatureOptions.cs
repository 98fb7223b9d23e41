namespace NetMon.Agent.Options;

/// <summary>Which parts that the agent can do without are wanted.</summary>
public sealed class FeatureOptions
{
    /// <summary>Whether the kernel programs measure round trips, tell kinds of retransmission apart, and watch windows.</summary>
    public bool LatencyTracking { get; set; } = true;

    public DropOptions Drops { get; } = new();

    public SocketOptions Sockets { get; } = new();
}
