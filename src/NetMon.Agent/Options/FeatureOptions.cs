namespace NetMon.Agent.Options;

/// <summary>Which parts that the agent can do without are wanted.</summary>
public sealed class FeatureOptions
{
    public LatencyOptions LatencyTracking { get; } = new();

    public DropOptions Drops { get; } = new();

    public SocketOptions Sockets { get; } = new();
}
