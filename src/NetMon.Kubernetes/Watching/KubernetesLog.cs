using Microsoft.Extensions.Logging;

namespace NetMon.Kubernetes.Watching;

/// <summary>Every message about the API server. Ids: 300 to 319.</summary>
internal static partial class KubernetesLog
{
    [LoggerMessage(
        300,
        LogLevel.Information,
        "{Resource}: {Count} objects in {Milliseconds:0} ms ({Way}), watching"
    )]
    public static partial void Listed(
        ILogger logger,
        string resource,
        long count,
        double milliseconds,
        string way
    );

    [LoggerMessage(301, LogLevel.Debug, "{Resource}: the watch restarts: {Reason}")]
    public static partial void Restarting(ILogger logger, string resource, string reason);

    [LoggerMessage(
        302,
        LogLevel.Warning,
        "{Resource}: {Error}; what is known stays, trying again in {Seconds:0.0} s ({Suppressed} more failures since the last message)"
    )]
    public static partial void Failing(
        ILogger logger,
        string resource,
        string error,
        double seconds,
        long suppressed
    );

    [LoggerMessage(303, LogLevel.Information, "{Resource}: watching again")]
    public static partial void Recovered(ILogger logger, string resource);

    [LoggerMessage(
        304,
        LogLevel.Warning,
        "{Resource}: {Name} cannot be read and is left out: {Error} ({Suppressed} more since the last message)"
    )]
    public static partial void Unreadable(
        ILogger logger,
        string resource,
        string name,
        string error,
        long suppressed
    );

    [LoggerMessage(305, LogLevel.Error, "{Resource}: a fault of the agent itself; it starts over")]
    public static partial void Fault(ILogger logger, string resource, Exception error);

    [LoggerMessage(
        306,
        LogLevel.Debug,
        "{Resource}: the server does not stream initial events, listing instead: {Error}"
    )]
    public static partial void NoStreaming(ILogger logger, string resource, string error);
}
