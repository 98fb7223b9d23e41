namespace NetMon.Client;

/// <summary>How long the client waits for an agent.</summary>
internal sealed class ClientPatience
{
    /// <summary>For a connection.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the beginning of an answer, the connection included.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For a whole list.</summary>
    public TimeSpan List { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Before a lost stream is asked for again; doubles up to <see cref="LongestRetry"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(5);
}
