namespace NetMon.Agent.Lifecycle;

/// <summary>Another agent has what this one needs for itself.</summary>
internal sealed class AgentRunningException : Exception
{
    public AgentRunningException()
        : this("another agent is running") { }

    public AgentRunningException(string message)
        : base(message) { }

    public AgentRunningException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <param name="directory">What it has.</param>
    /// <param name="process">Its number; 0 if that is not known.</param>
    public AgentRunningException(string directory, int process)
        : this(
            $"another agent is running{(process > 0 ? $" (process {process})" : "")} and has {directory}; "
                + "stop it, start this one with --takeover, or give each its own state.directory and state.bpf_directory"
        ) { }
}
