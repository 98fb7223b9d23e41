namespace NetMon.Agent.Options;

/// <summary>Which parts that the agent can do without are wanted.</summary>
public sealed class FeatureOptions
{
    /// <summary>Whether flows are told what is taken to be spoken, by service or port.</summary>
    public bool ProtocolDetection { get; set; } = true;

    public LatencyOptions LatencyTracking { get; } = new();

    public DropOptions Drops { get; } = new();

    public SocketOptions Sockets { get; } = new();
}
