using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Watching;

/// <summary>How the API server is watched.</summary>
public sealed class ClusterWatchOptions
{
    /// <summary>
    /// All objects are told anew about this often, a tenth more or less: a watch that was resumed after a restore of etcd can be
    /// silent for ever.
    /// </summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Objects in one page of a list.</summary>
    internal int PageSize { get; init; } = 500;

    internal ApiPatience Patience { get; init; } = new();

    /// <summary>Time within which agents spread their lists after the server lost its history.</summary>
    internal TimeSpan ExpirySpread { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A server that does not stream initial events is asked again after this time: it may have been upgraded.</summary>
    internal TimeSpan StreamingRetry { get; init; } = TimeSpan.FromHours(6);

    internal Random Random { get; init; } = Random.Shared;
}
