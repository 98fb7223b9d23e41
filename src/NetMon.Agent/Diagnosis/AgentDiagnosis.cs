using NetMon.Core.Diagnosis;

namespace NetMon.Agent.Diagnosis;

/// <summary>The checks that only the agent can make. Parts of the agent add theirs when they start; from any thread.</summary>
internal sealed class AgentDiagnosis
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Lock _adding = new();
    private volatile AgentCheck[] _checks = [];

    public void Add(params ReadOnlySpan<AgentCheck> checks)
    {
        lock (_adding)
        {
            _checks = [.. _checks, .. checks];
        }
    }

    /// <summary>Runs all of them side by side; one that breaks, or takes too long, is a line of its own.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var findings = await Task.WhenAll(_checks.Select(check => RunAsync(check, cancellation)));
        return [.. findings.SelectMany(each => each)];
    }

    private static async Task<IReadOnlyList<Finding>> RunAsync(
        AgentCheck check,
        CancellationToken cancellation
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await check.RunAsync(limit.Token);
        }
#pragma warning disable CA1031 // A diagnosis must not end where it is needed most.
        catch (Exception error) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            var why =
                error is OperationCanceledException
                    ? $"no answer within {Patience.TotalSeconds:0} s"
                    : error.Message.Split('\n')[0];
            return [Finding.Warn(check.Name, $"could not be checked: {why}", "look into the agent's log")];
        }
    }
}
