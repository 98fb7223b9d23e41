using NetMon.Agent.Options;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis;

/// <summary>What the checks of a host go by.</summary>
/// <param name="Options">The settings that the agent has, or would have.</param>
/// <param name="Paths">Where the kernel tells of itself.</param>
/// <param name="AgentRuns">An agent answers: what it holds is not in its way.</param>
internal sealed record HostScene(AgentOptions Options, HostPaths Paths, bool AgentRuns = false);

/// <summary>Looks at one thing of this host; needs no agent, and leaves nothing behind.</summary>
internal abstract class HostCheck(string name)
{
    /// <summary>A few words.</summary>
    public string Name => name;

    public abstract IEnumerable<Finding> Run(HostScene scene);

    protected Finding Pass(string found) => Finding.Pass(name, found);

    protected Finding Warn(string found, string advice) => Finding.Warn(name, found, advice);

    protected Finding Fail(string found, string advice) => Finding.Fail(name, found, advice);
}
