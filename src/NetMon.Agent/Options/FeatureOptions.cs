namespace NetMon.Agent.Options;

/// <summary>The parts that the agent can do without.</summary>
public sealed class FeatureOptions
{
    public DropOptions Drops { get; } = new();
}
