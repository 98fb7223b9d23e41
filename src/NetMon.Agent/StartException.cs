namespace NetMon.Agent;

/// <summary>The agent cannot start, for a reason that its user can do something about: the message says which.</summary>
internal sealed class StartException : Exception
{
    public StartException()
        : this("the agent cannot start") { }

    public StartException(string message)
        : base(message) { }

    public StartException(string message, Exception innerException)
        : base(message, innerException) { }
}
