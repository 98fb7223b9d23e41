namespace NetMon.Kubernetes.Client;

/// <summary>How long the API server may take. Its own time-outs do not help where it is frozen.</summary>
internal sealed record ApiPatience
{
    /// <summary>For a connection, TLS included.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the beginning of an answer, and between two pieces of a list.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For one page of a list, or all initial events of a watch.</summary>
    public TimeSpan List { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For a watch to end beyond the time that it was asked for.</summary>
    public TimeSpan Overtime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Shortest and longest time that a watch is asked for.</summary>
    public TimeSpan ShortestWatch { get; init; } = TimeSpan.FromMinutes(5);
    public TimeSpan LongestWatch { get; init; } = TimeSpan.FromMinutes(10);
}
