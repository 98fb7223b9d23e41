namespace NetMon.Agent.Options;

/// <summary>What the agent may do.</summary>
public sealed class PrivilegeOptions
{
    /// <summary>Names of capabilities that are not given up, beside those that it has a use for.</summary>
    public IReadOnlyList<string> Keep { get; set; } = [];
}
