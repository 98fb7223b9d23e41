using Microsoft.Extensions.Logging;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Watching;

/// <summary>Feeds sinks with what the API server knows: one loop for each resource, until it is disposed of.</summary>
public sealed class ClusterWatch : IAsyncDisposable
{
    private readonly ApiClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<WatchStatus> _resources = [];
    private readonly List<Task> _loops = [];

    private ClusterWatch(ApiClient client) => _client = client;

    /// <summary>How each resource stands.</summary>
    public IReadOnlyList<WatchStatus> Resources => _resources;

    /// <summary>Ends once all objects of all resources were told. Never fails; a resource that may not be read holds it up for ever.</summary>
    public Task Synced { get; private set; } = Task.CompletedTask;

    public bool IsSynced => Synced.IsCompletedSuccessfully;

    /// <summary>Starts to watch. Nothing here waits for the server, or fails because of it.</summary>
    public static ClusterWatch Start(
        ClusterConfiguration configuration,
        ClusterSinks sinks,
        ClusterWatchOptions options,
        TimeProvider time,
        ILogger logger
    )
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(sinks);
        ArgumentNullException.ThrowIfNull(options);
        var watch = new ClusterWatch(new ApiClient(configuration, options.Patience, time));
        Add(WatchedResources.Nodes, sinks.Nodes);
        Add(WatchedResources.Namespaces, sinks.Namespaces);
        Add(WatchedResources.ReplicaSets, sinks.ReplicaSets);
        Add(WatchedResources.Jobs, sinks.Jobs);
        Add(WatchedResources.Pods, sinks.Pods);
        Add(WatchedResources.Services, sinks.Services);
        Add(WatchedResources.EndpointSlices, sinks.EndpointSlices);
        watch.Synced = Task.WhenAll(watch._resources.Select(resource => resource.Synced));
        return watch;

        void Add<T>(WatchedResource<T> resource, IObjectSink<T> sink)
            where T : class
        {
            var watcher = new ResourceWatcher<T>(watch._client, resource, sink, options, time, logger);
            watch._resources.Add(watcher.Status);
            watch._loops.Add(Task.Run(() => watcher.RunAsync(watch._stop.Token)));
        }
    }

    /// <summary>Ends all loops. No sink is called afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        _client.Dispose();
        _stop.Dispose();
    }
}
