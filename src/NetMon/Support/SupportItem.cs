using NetMon.Agent.Options;
using NetMon.Client;
using NetMon.Core.Diagnosis;
using NetMon.Diagnosis;

namespace NetMon.Support;

/// <summary>What the items of a bundle are collected from.</summary>
/// <param name="Client">The agent; null if none answers.</param>
/// <param name="NoAgent">Why none does; else empty.</param>
/// <param name="Options">The settings as this command was given them.</param>
/// <param name="Paths">Where the kernel tells of itself.</param>
/// <param name="Findings">The diagnosis of the host and the agent.</param>
internal sealed record SupportScene(
    AgentClient? Client,
    string NoAgent,
    AgentOptions Options,
    HostPaths Paths,
    IReadOnlyList<Finding> Findings
)
{
    /// <summary>What the agent said of its log's text to be names.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
}

/// <summary>One file of a bundle.</summary>
/// <param name="Name">Its path in the bundle.</param>
/// <param name="Collect">Makes its text; an exception's message says why it is missing.</param>
internal sealed record SupportItem(string Name, Func<SupportScene, CancellationToken, Task<string>> Collect)
{
    /// <summary>A file that is made at once.</summary>
    public SupportItem(string name, Func<SupportScene, string> collect)
        : this(name, (scene, _) => Task.FromResult(collect(scene))) { }

    /// <summary>What the agent answers at an address.</summary>
    public static SupportItem OfAgent(string name, string path) =>
        new(name, (scene, cancellation) => AgentText.ReadAsync(scene, path, cancellation));
}
