using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Attribution;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;
using NetMon.Core.Endpoints;
using NetMon.Core.Metrics;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Watching;

namespace NetMon.Agent.Clusters;

/// <summary>The cluster that the agent is in, if it is in one, as its API server tells it.</summary>
internal sealed class ClusterSource : IAsyncDisposable
{
    private const string NodeNameVariable = "NODE_NAME";

    /// <summary>An API server that is not to be had must not keep the agent from being ready for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan HousekeepingPause = TimeSpan.FromSeconds(1);

    private readonly KubernetesOptions _options;
    private readonly ClusterConfiguration? _configuration;
    private readonly ClusterModel? _model;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationTokenSource _stop = new();
    private readonly long _start;
    private ClusterWatch? _watch;
    private Task _housekeeping = Task.CompletedTask;
    private volatile bool _wasReady;

    private ClusterSource(
        AgentOptions options,
        LocalAddresses addresses,
        ClusterConfiguration? configuration,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        _options = options.Kubernetes;
        _configuration = configuration;
        _time = time;
        _loggers = loggers;
        _start = time.GetTimestamp();
        var networks = new NetworkNames(options.Metrics.ExternalNames);
        if (configuration is null)
        {
            View = new StandaloneView(networks);
        }
        else
        {
            View = _model = new ClusterModel(
                new ClusterModelOptions
                {
                    Networks = networks,
                    PodCidrs = _options.PodCidrs,
                    NodeCidrs = _options.NodeCidrs,
                    IsOwnAddress = address => addresses.IsOwn(in address),
                },
                time
            );
        }

        Node = new ThisNode(View, NameOfNode(_options), Environment.MachineName);
    }

    public IClusterView View { get; }

    public ThisNode Node { get; }

    /// <summary>Every name of the cluster that is known; empty without one.</summary>
    public IReadOnlySet<string> Names() => _model?.Names() ?? FrozenSet<string>.Empty;

    /// <summary>How its API server is reached; null without a cluster.</summary>
    public ClusterConfiguration? Configuration => _configuration;

    /// <summary>How the watches stand.</summary>
    public IEnumerable<WatchSnapshot> Resources =>
        _watch?.Resources.Select(resource => resource.Snapshot()) ?? [];

    /// <summary>What asks the cluster who has a token, if the settings want it and there is one.</summary>
    public AccessReviews? OpenReviews(ApiOptions api) =>
        api.Auth.Kubernetes && _configuration is { } configuration
            ? new AccessReviews(configuration, _loggers.CreateLogger<AccessReviews>(), _time)
            : null;

    /// <summary>Whether the agent may call itself ready as far as the cluster is concerned: once it was, it stays so.</summary>
    public ClusterStanding Standing
    {
        get
        {
            if (_watch is not { } watch)
            {
                return new(IsReady: _configuration is null, []);
            }

            var synced = View.IsSynced;
            if (synced || _time.GetElapsedTime(_start) >= Patience)
            {
                _wasReady = true;
            }

            var troubles = new List<string>();
            foreach (var resource in watch.Resources)
            {
                if (resource.Snapshot().Trouble is { } trouble)
                {
                    troubles.Add($"{resource.Resource}: {trouble}");
                }
            }

            if (!synced && troubles.Count == 0)
            {
                troubles.Add("the cluster is being listed");
            }

            return new(_wasReady, troubles)
            {
                Report =
                    _model is { } model && _configuration is { } configuration
                        ? new ClusterReport(
                            configuration.Server,
                            configuration.Source,
                            synced,
                            model.Count(),
                            [.. watch.Resources.Select(resource => resource.Snapshot())]
                        )
                        : null,
            };
        }
    }

    /// <summary>Looks for the access to a cluster. Asks nobody yet.</summary>
    /// <exception cref="StartException">It is configured wrongly, or required and not there.</exception>
    public static ClusterSource Open(
        AgentOptions options,
        LocalAddresses addresses,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        try
        {
            return new ClusterSource(options, addresses, Find(options.Kubernetes, time), time, loggers);
        }
        catch (ClusterConfigurationException error)
        {
            throw new StartException(error.Message, error);
        }
    }

    /// <summary>Starts to watch the cluster, if there is one; waits for nothing.</summary>
    public void Start(MetricRegistry registry)
    {
        var logger = _loggers.CreateLogger<ClusterSource>();
        if (_configuration is null || _model is null)
        {
            AgentLog.Standalone(logger);
            return;
        }

        AgentLog.WatchingCluster(logger, _configuration.Server, _configuration.Source);
        _watch = ClusterWatch.Start(
            _configuration,
            new ClusterSinks
            {
                Nodes = _model.Nodes,
                Namespaces = _model.Namespaces,
                ReplicaSets = _model.ReplicaSets,
                Jobs = _model.Jobs,
                Pods = _model.Pods,
                Services = _model.Services,
                EndpointSlices = _model.EndpointSlices,
            },
            new ClusterWatchOptions { Resync = _options.Resync },
            _time,
            _loggers.CreateLogger<ClusterWatch>()
        );
        ClusterMetrics.Register(registry, _model, _watch);
        _housekeeping = HousekeepAsync(_model, logger);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _housekeeping;
        if (_watch is { } watch)
        {
            await watch.DisposeAsync();
        }

        _stop.Dispose();
    }

    /// <summary>How a cluster is reached. Asks nobody.</summary>
    /// <exception cref="ClusterConfigurationException">It is configured wrongly, or required and not there.</exception>
    internal static ClusterConfiguration? Find(KubernetesOptions options, TimeProvider time) =>
        options.Mode == KubernetesMode.Off
            ? null
            : ClusterConfiguration.Find(
                new ClusterChoice
                {
                    Kubeconfig = NullIfEmpty(options.Kubeconfig),
                    Context = NullIfEmpty(options.Context),
                    IsRequired = options.Mode == KubernetesMode.On,
                    Time = time,
                }
            );

    private static string? NameOfNode(KubernetesOptions options) =>
        NullIfEmpty(options.NodeName)
        ?? NullIfEmpty(Environment.GetEnvironmentVariable(NodeNameVariable) ?? "");

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private async Task HousekeepAsync(ClusterModel model, ILogger logger)
    {
        using var timer = new PeriodicTimer(HousekeepingPause, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    model.Housekeep();
                }
#pragma warning disable CA1031 // One round's fault must not stop the others.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    AgentLog.HousekeepingFailed(logger, error);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
    }
}
