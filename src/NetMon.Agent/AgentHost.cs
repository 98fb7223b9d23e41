using NetMon.Agent.Options;

namespace NetMon.Agent;

/// <summary>The agent as a whole.</summary>
public static class AgentHost
{
    /// <summary>
    /// Runs an agent until <paramref name="stop"/> is cancelled; it then reports what is unreported, detaches and returns.
    /// </summary>
    /// <returns>The exit code of the process: 0, or 1 when the agent could not start or broke down.</returns>
    public static Task<int> RunAsync(AgentOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        throw new NotSupportedException("this build has no capture");
    }
}
