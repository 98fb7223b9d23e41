using NetMon.Core.Diagnosis;

namespace NetMon.Agent.Diagnosis;

/// <summary>Looks at one thing that only the agent itself knows.</summary>
internal abstract class AgentCheck(string name)
{
    /// <summary>A few words.</summary>
    public string Name => name;

    public abstract ValueTask<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation);

    protected Finding Pass(string found) => Finding.Pass(name, found);

    protected Finding Warn(string found, string advice) => Finding.Warn(name, found, advice);

    protected Finding Fail(string found, string advice) => Finding.Fail(name, found, advice);
}

/// <summary>A check that knows its answer at once.</summary>
internal abstract class InstantCheck(string name) : AgentCheck(name)
{
    public sealed override ValueTask<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<Finding>>([.. Run()]);

    protected abstract IEnumerable<Finding> Run();
}
