using System.Net;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Api;
using NetMon.Agent.Attribution;
using NetMon.Agent.Capture;
using NetMon.Agent.Clusters;
using NetMon.Agent.Detections;
using NetMon.Agent.Diagnosis;
using NetMon.Agent.Drops;
using NetMon.Agent.Features;
using NetMon.Agent.Flows;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Ledger;
using NetMon.Agent.Logging;
using NetMon.Agent.Memory;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Agent.Sampling;
using NetMon.Agent.Settings;
using NetMon.Agent.Status;
using NetMon.Agent.Streaming;
using NetMon.Core.Metrics;
using NetMon.Kubernetes.Client;

namespace NetMon.Agent;

/// <summary>The parts of an agent and their order of starting and stopping, wherever its records come from.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    // At the end followers may read on as long as they do read, within what Kubernetes grants a pod (30 s).
    private static readonly TimeSpan StalledReader = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SlowestReader = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly AgentOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly Broadcaster _broadcaster = new();
    private readonly RecentFailures _failures;
    private readonly FlowMetrics _flowMetrics;
    private readonly AttributionLimits _limits;
    private readonly Attributor _attributor;
    private readonly FlowPipeline _pipeline;
    private readonly MetricsEndpoint _metricsEndpoint;
    private readonly FlowList _list;
    private readonly TrafficPulse _pulse;
    private readonly StatsEndpoint _stats;
    private readonly RouteTable _routes;
    private readonly ApiGuard _guard;
    private AgentMemory? _memory;
    private MemoryGuard? _memoryGuard;
    private HeapTrim? _trim;
    private readonly AgentDetections? _detections;
    private CaptureLoop? _capture;
    private ApiServer? _server;
    private ApiServer? _metricsServer;
    private ApiServer? _debugServer;
    private DropCounters? _dropCounters;
    private volatile bool _stopping;

    /// <param name="options">Its settings.</param>
    /// <param name="interfaces">What is observed.</param>
    /// <param name="names">Names of interfaces.</param>
    /// <param name="sources">What tells whose a flow is.</param>
    /// <param name="cluster">How it stands with its cluster.</param>
    /// <param name="loggers">Its log.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="settings">What its settings come from; null: they stay as they are.</param>
    /// <param name="more">Addresses of the API that are not its own.</param>
    /// <param name="reviews">Asks the cluster who has a token; null: nobody does.</param>
    /// <exception cref="StartException">The settings of the API contradict each other, or one of its files is wrong.</exception>
    public RunningAgent(
        AgentOptions options,
        Func<ObservedInterfaces> interfaces,
        InterfaceNames names,
        AttributionSources sources,
        Func<ClusterStanding> cluster,
        ILoggerFactory loggers,
        TimeProvider time,
        IAgentSettings? settings = null,
        IReadOnlyList<Route>? more = null,
        AccessReviews? reviews = null
    )
    {
        Settings = settings ?? new FixedSettings(options);
        _options = options;
        _loggers = loggers;
        _guard = new ApiGuard(options.Api, reviews, loggers, time);
        _guard.Register(Registry);
        Table = new FlowTable(TableCapacity(options.Flow.MaxFlows));
        Rules = new InitiatorRules(LocalPortRange.First());
        _failures = new RecentFailures(1024, options.Flow.MaxAge);
        _flowMetrics = new FlowMetrics(Registry, options.Metrics, options.Features.LatencyTracking);
        _limits = sources.Limits;
        _attributor = new Attributor(Table, sources, options.Kubernetes.AttributionWait, Attribution);
        _pipeline = new FlowPipeline(
            Table,
            Rules,
            _attributor,
            _flowMetrics,
            _broadcaster,
            _failures,
            loggers.CreateLogger<FlowPipeline>()
        );
        Drops = new DropLog(options.Features.Drops.Recent);
        Features = new FeatureSet(Registry, loggers.CreateLogger<FeatureSet>());
        _detections = AgentDetections.Create(
            options.SecurityMonitoring,
            Table,
            options.Flow.Interval,
            sources.Clock,
            Registry,
            options.Metrics.MaxSeries,
            Features,
            loggers
        );
        _pipeline.Detections = _detections?.Tap;
        Ledger = LedgerFeature.Open(
            options,
            new LedgerParts(Table, _flowMetrics, _attributor, _pipeline, sources.View.HasCluster),
            Registry,
            Features,
            loggers
        );
        AgentMetrics.Register(Registry, interfaces, _broadcaster);
        AttributionMetrics.Register(Registry, Attribution, sources);
        ProcessMetrics.Register(Registry, time);
        SettingsTroubles.Register(Registry, Settings);

        var clock = sources.Clock;
        var health = new HealthEndpoints(interfaces, cluster, Features, Settings, () => _stopping);
        _metricsEndpoint = new MetricsEndpoint(Registry);
        _list = new FlowList(Table, _failures, clock, names.Find);
        var flows = new FlowsEndpoint(_list, new FlowStream(_broadcaster, clock, names.Find));
        var config = new ConfigEndpoint(Settings);
        _pulse = new TrafficPulse(_flowMetrics.Totals, () => _dropCounters?.Packets ?? 0, time);
        var report = new AgentReport
        {
            Options = options,
            Interfaces = interfaces,
            Cluster = cluster,
            Features = Features,
            Health = health,
            Registry = Registry,
            Table = Table,
            Pulse = _pulse,
            Node = () => sources.Node.Endpoint.Node ?? Environment.MachineName,
            Time = time,
        };
        _stats = new StatsEndpoint(report);
        _routes = new RouteTable(
            [
                new("/metrics", _metricsEndpoint.HandleAsync, RouteAccess.Open),
                new("/healthz", HealthEndpoints.HealthyAsync, RouteAccess.Open),
                new("/readyz", health.ReadyAsync, RouteAccess.Open),
                new("/api/v1/flows", flows.HandleAsync),
                new("/api/v1/events", new EventsEndpoint(_detections?.Feed, clock).HandleAsync),
                new("/api/v1/drops", new DropsEndpoint(Drops, clock, names.Find).HandleAsync),
                new("/api/v1/config", config.ListAsync),
                new("/api/v1/config", config.SetAsync, RouteAccess.Admin, "POST"),
                new("/api/v1/status", new StatusEndpoint(report).HandleAsync),
                new("/api/v1/stats", _stats.HandleAsync),
                .. more ?? [],
            ],
            _guard,
            loggers.CreateLogger<RouteTable>()
        );
        Settings.Live.Subscribe(Take);
    }

    /// <summary>Where its settings come from, and who is told when they change.</summary>
    public IAgentSettings Settings { get; }

    // One call at a time, from any thread.
    private void Take(AgentOptions options)
    {
        _failures.Kept = options.Flow.MaxAge;
        _limits.Wait = options.Kubernetes.AttributionWait;
        _limits.ConnectionRate = options.Kubernetes.ConntrackRate;
        _flowMetrics.StaleAfter = options.Metrics.StaleAfter;
        _detections?.Take(options.SecurityMonitoring);
        _broadcaster.Capacity = options.Performance.BufferSize;
        _list.AtOnce = options.Performance.Workers;
        _metricsEndpoint.AtOnce = options.Performance.Workers;
        _metricsEndpoint.Enabled = options.Metrics.Enabled;
        _capture?.BatchSize = options.Performance.BatchSize;
        Ledger?.Interval = options.Ledger.CheckpointInterval;
        if (_memoryGuard is { } guard)
        {
            _memory!.Change(guard, MemoryLimit.Find(options), _loggers.CreateLogger<MemoryGuard>());
        }

        Sampling?.Take(options.Capture);
    }

    public MetricRegistry Registry { get; } = new();

    public FlowTable Table { get; }

    public InitiatorRules Rules { get; }

    public FeatureSet Features { get; }

    public DropLog Drops { get; }

    /// <summary>What keeps figures beyond the process; null: nothing.</summary>
    public FlowLedger? Ledger { get; }

    /// <summary>Who gives the kernel programs their sampling rate; null: nobody.</summary>
    public SamplingControl? Sampling { get; set; }

    public AttributionCounters Attribution { get; } = new();

    /// <summary>What gives drops to flows, for <see cref="StartCapture"/>.</summary>
    public DropFlows ConnectDrops(
        DropReader reader,
        DropReasons reasons,
        DropPlaces places,
        DropMetrics metrics,
        DropCounters counters,
        uint ownNetns
    )
    {
        _dropCounters = counters;
        return new(
            reader,
            reasons,
            places,
            new DropEnds(Table, Rules, _attributor, ownNetns),
            Table,
            metrics,
            Drops,
            counters,
            ownNetns
        );
    }

    /// <summary>Starts taking records.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="sides">What else reaches flows.</param>
    public void StartCapture(IRecordSource source, params IReadOnlyList<ISideSource> sides)
    {
        var flow = _options.Flow;
        TimeSpan[] idle =
        [
            flow.TcpHandshake,
            flow.TcpIdle,
            flow.TcpClosed,
            flow.UdpIdle,
            flow.IcmpIdle,
            flow.OtherIdle,
        ];
        var longestLife = idle.Max() + (2 * flow.Interval);
        _capture = new CaptureLoop(
            source,
            _pipeline,
            _flowMetrics,
            _broadcaster,
            new OrphanSearch(Table, _pipeline, longestLife),
            sides,
            flow.Interval,
            _loggers.CreateLogger<CaptureLoop>()
        );
        _capture.BatchSize = Settings.Live.Current.Performance.BatchSize;
        _capture.Start();
        _detections?.Start();
        _memory = new AgentMemory
        {
            Followers = _broadcaster,
            Failures = _failures,
            Drops = Drops,
            Detections = _detections?.Tap,
            Series = _flowMetrics.Tables,
            Flows = Table,
        };
        _memoryGuard = _memory.Guard(
            MemoryLimit.Find(Settings.Live.Current),
            Registry,
            Features,
            _loggers.CreateLogger<MemoryGuard>(),
            TimeProvider.System
        );
        _trim = new HeapTrim(
            () => Table.Bytes + _attributor.WaitingBytes,
            AgentMemory.Collect,
            TimeProvider.System
        );
    }

    /// <summary>Starts to serve.</summary>
    /// <exception cref="StartException">The address cannot be listened on.</exception>
    public async Task<ApiServer> StartApiAsync()
    {
        var metrics = _options.Metrics;
        if (metrics is { Enabled: true, Port: > 0 })
        {
            var listen = new IPEndPoint(metrics.Address, metrics.Port);
            _metricsServer = await ApiServer.StartAsync(
                listen,
                "",
                _guard.ForMetrics(),
                _routes.Open(),
                _loggers
            );
        }

        if (!IPAddress.IsLoopback(_options.Api.Listen.Address) && !_guard.HasTls)
        {
            AgentLog.OpenToOthers(_loggers.CreateLogger<ApiGuard>(), _options.Api.Listen);
        }

        _debugServer = await DebugServer.StartAsync(_options.Api, _guard, _routes, _loggers);
        return _server = await ApiServer.StartAsync(
            _options.Api.Listen,
            _options.State.Directory,
            _guard,
            _routes,
            _loggers
        );
    }

    /// <summary>From here on it is not ready.</summary>
    public void BeginStop() => _stopping = true;

    /// <summary>Reports what is unreported, ends the streams, then stops serving.</summary>
    /// <param name="keep">Flows stay in the kernel for another agent; else nothing may be attached any more.</param>
    /// <param name="figures">Figures go on with another agent.</param>
    public async Task StopAsync(bool keep = false, bool figures = false)
    {
        _stopping = true;
        if (_capture is { } capture)
        {
            _capture = null;
            _memoryGuard?.Dispose();
            _trim?.Dispose();
            await (keep ? capture.Leave() : capture.Drain());
            capture.Dispose();
            if (!figures)
            {
                Ledger?.Delete();
            }

            _detections?.Dispose();
            await _broadcaster.WaitForReadersAsync(StalledReader, SlowestReader);
        }

        foreach (var server in new[] { _server, _metricsServer, _debugServer })
        {
            if (server is not null)
            {
                await server.StopAsync(StopPatience);
                await server.DisposeAsync();
            }
        }

        (_server, _metricsServer, _debugServer) = (null, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _pulse.Dispose();
        _stats.Dispose();
        Ledger?.Dispose();
    }

    // Flows whose END is on its way have left the kernel's table and are still in ours.
    private static int TableCapacity(int maxFlows) =>
        (int)Math.Min(maxFlows + (maxFlows / 8L) + 1024, int.MaxValue / 2);
}
