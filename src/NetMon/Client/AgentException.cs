namespace NetMon.Client;

/// <summary>The agent could not be asked, or refused. The message says what happened, <see cref="Advice"/> what to do next; a line each.</summary>
internal sealed class AgentException(string message, string advice, Exception? cause = null)
    : Exception(message, cause)
{
    public string Advice { get; } = advice;

    /// <summary>Asking again may help: the agent is away, not the question wrong.</summary>
    public bool Transient { get; init; }
}
