namespace NetMon.Plugin;

/// <summary>What the kubectl plugin is told about the cluster: which, where the agents are, which of them is asked, and how.</summary>
internal sealed record PluginOptions
{
    public const string DefaultNamespace = "netmon";

    public string? Kubeconfig { get; init; }

    public string? Context { get; init; }

    /// <summary>Where the agents' pods are; null: in <see cref="DefaultNamespace"/>, or if there are none, anywhere.</summary>
    public string? AgentNamespace { get; init; }

    /// <summary>Nodes whose agents are asked; none: all.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>By the API server's proxy, else by port-forward.</summary>
    public bool ByProxy { get; init; }
}
