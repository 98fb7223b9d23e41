using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Attribution;
using NetMon.Agent.Capture;
using NetMon.Agent.Clusters;
using NetMon.Agent.Diagnosis;
using NetMon.Agent.Diagnosis.Checks;
using NetMon.Agent.Drops;
using NetMon.Agent.Features;
using NetMon.Agent.Flows;
using NetMon.Agent.HostCounters;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Ledger;
using NetMon.Agent.Lifecycle;
using NetMon.Agent.Logging;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Agent.Sampling;
using NetMon.Agent.Settings;
using NetMon.Agent.Sockets;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Sockets;

namespace NetMon.Agent;

/// <summary>The agent as a whole.</summary>
public static class AgentHost
{
    /// <summary>Exit code: another agent has what this one needs for itself.</summary>
    public const int AlreadyRunning = 4;

    private const string FlowHealth = "flow-health";

    /// <summary>
    /// Runs an agent until <paramref name="stop"/> is requested; it then reports what is unreported, detaches if it should, and returns.
    /// </summary>
    /// <returns>The exit code of the process: 0; 1 when the agent could not start or broke down; <see cref="AlreadyRunning"/>.</returns>
    public static async Task<int> RunAsync(IAgentSettings settings, AgentStop stop)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(stop);
        var options = settings.Live.Current;
        using var logging = AgentLogging.Create(options.Log);
        var logger = logging.Loggers.CreateLogger("NetMon.Agent");
        try
        {
            using var instance = await AgentInstance.AcquireAsync(options.State, logger, stop.Token);
            await RunAsync(settings, instance, logging, logger, stop);
            return 0;
        }
        catch (AgentRunningException error)
        {
            AgentLog.StartFailed(logger, error.Message);
            return AlreadyRunning;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception error) when (error is StartException or BpfException or ArgumentException)
        {
            AgentLog.StartFailed(logger, error.Message);
            return 1;
        }
#pragma warning disable CA1031 // The last stop before the process: said in the log rather than by an abort.
        catch (Exception error)
#pragma warning restore CA1031
        {
            AgentLog.Crashed(logger, error);
            return 1;
        }
    }

    /// <remarks>
    /// <code>
    ///   start:  load programs  |  listen  |  watch the cluster     side by side: the first two take a tenth of a second each
    ///           take records, attach
    ///   stop:   detach, drain, end the streams, stop serving, unload     the first two unless programs are kept for the next agent
    /// </code>
    /// </remarks>
    private static async Task RunAsync(
        IAgentSettings settings,
        AgentInstance instance,
        AgentLogging logging,
        ILogger logger,
        AgentStop stop
    )
    {
        var options = settings.Live.Current;
        var loggers = logging.Loggers;
        settings.Live.Subscribe(now => logging.Levels.Level = now.Log.Level);
        foreach (var warning in settings.Warnings)
        {
            AgentLog.SettingsWarning(logger, warning);
        }

        var start = Stopwatch.GetTimestamp();
        var names = new InterfaceNames();
        InterfaceWatch? interfaces = null;
        var addresses = new LocalAddresses(TimeProvider.System);
        await using var cluster = ClusterSource.Open(options, addresses, TimeProvider.System, loggers);
        using var reviews = cluster.OpenReviews(options.Api);
        using var connections = OpenConnections(logger);
        var socketOptions = options.Features.Sockets;
        var socketCounts = new SocketCounts();
        var owners = new FlowOwners(addresses, OwnNamespace.Read(), socketOptions.MaxSockets, socketCounts);
        var sources = new AttributionSources
        {
            View = cluster.View,
            Addresses = addresses,
            Node = cluster.Node,
            Clock = new WallClock(TimeProvider.System),
            Connections = connections,
            Owners = owners,
            ProtocolDetection = options.Features.ProtocolDetection,
            ConnectionRate = options.Kubernetes.ConntrackRate,
        };
        var diagnosis = new AgentDiagnosis();
        await using var agent = new RunningAgent(
            options,
            () => interfaces?.Observed ?? ObservedInterfaces.None,
            names,
            sources,
            () => cluster.Standing,
            loggers,
            TimeProvider.System,
            settings,
            [
                .. DiagnosticRoutes.Of(diagnosis, logging, cluster.Names, sources.Clock),
                StopEndpoint.RouteOf(stop),
            ],
            reviews
        );
        diagnosis.Add(
            new SettingsCheck(settings),
            new FeaturesCheck(agent.Features),
            new LossCheck(agent.Registry),
            new CoverageCheck(
                () => settings.Live.Current.Capture,
                () => interfaces?.Observed ?? ObservedInterfaces.None
            ),
            new ApiServerCheck(cluster.Configuration, TimeProvider.System),
            new ClusterSyncCheck(() => cluster.Resources, TimeProvider.System)
        );
        cluster.Start(agent.Registry);
        var loading = Task.Run(
            () =>
            {
                var loaded = instance.LoadFlows(ProgramOptions(options));
                Progress(logger, "programs loaded", start);
                return loaded;
            },
            CancellationToken.None
        );
        var loadingSockets = Task.Run(
            () => SocketFeature.Load(agent, socketOptions, instance.Pins),
            CancellationToken.None
        );
        var loadingDrops = Task.Run(
            () => DropFeature.Load(options.Features.Drops, instance.Pins),
            CancellationToken.None
        );
        var serving = agent.StartApiAsync();
        await Task.WhenAll(loading, loadingSockets, loadingDrops, serving)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var program = await loading;
        var server = await serving;
        Progress(logger, "listening", start);

        Register(agent.Features, options.Features);
        instance.Register(agent.Features);
        if (program.Adopted)
        {
            AgentLog.Adopted(logger, instance.Pins!.Path);
        }

        _ = new KernelMetrics(
            program,
            agent.Registry,
            options.FlowMapSize,
            () => agent.Attribution.ShadowPackets
        );
        diagnosis.Add(
            new KernelFillCheck(program, options.FlowMapSize),
            new StateCheck(instance.Pins?.Path, program.Adopted, agent.Registry)
        );
        await using var sampling = SamplingFeature.Start(
            program,
            agent,
            options.Capture,
            TimeProvider.System,
            loggers
        );
        var earlier = new EarlierRecords(program, logger);
        var records = new KernelRecordSource(program, earlier);
        using var drops = DropFeature.Start(
            await loadingDrops,
            agent,
            options,
            records.Wake,
            loggers.CreateLogger<DropFeature>()
        );
        if (options.Features.Drops.HostCounters)
        {
            HostMetrics.Register(agent.Registry);
        }

        using var sockets = await loadingSockets is { } socketProgram
            ? SocketFeature.Start(
                socketProgram,
                agent,
                owners,
                socketCounts,
                socketOptions,
                records.Wake,
                loggers.CreateLogger<SocketWalker>()
            )
            : null;
        ISideSource?[] sides = [drops?.Flows, sockets?.Source];
        LedgerFeature.Attach(agent.Ledger, program);

        // Records that are there already: whose they are is known only with the addresses of this host.
        var isFirst =
            program is { Adopted: false, Predecessors: [] } && agent.Ledger is null or { HasLeft: false };
        if (isFirst)
        {
            StartCapture();
        }

        using var podAddresses = new PodAddressWatch(addresses, loggers.CreateLogger<PodAddressWatch>());
        interfaces = new InterfaceWatch(
            new InterfaceRules(options.Capture),
            () => new KernelInterfaceHooks(program, instance.Pins, options.Capture.Attach, logger),
            observer => new KernelLinkSource(observer, podAddresses),
            names,
            TimeProvider.System,
            loggers.CreateLogger<InterfaceWatch>()
        );
        using var background = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var listening = new ListeningPortsWatch(
            agent.Rules,
            ListeningPortsWatch.Read,
            TimeProvider.System,
            loggers.CreateLogger<ListeningPortsWatch>()
        ).RunAsync(background.Token);
        try
        {
            settings.Live.Subscribe(now => interfaces.Take(new InterfaceRules(now.Capture)));
            await interfaces.StartAsync();
            if (!isFirst)
            {
                StartCapture();
            }

            earlier.Begin();
            records.Wake();
            using var following = settings.Follow(logger);
            AgentLog.Started(logger, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds, server.Address);
            await Task.Delay(Timeout.Infinite, stop.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            agent.BeginStop();
            var keep = instance.Keeps(stop.Reason);
            if (keep)
            {
                interfaces.Leave();
                AgentLog.Keeping(logger, instance.Pins!.Path);
            }
            else
            {
                interfaces.Dispose();
                AgentLog.Draining(logger);
            }

            await agent.StopAsync(keep, figures: instance.IsSucceeded(stop.Reason));
            instance.End(keep);
            await background.CancelAsync();
            await listening;
        }

        AgentLog.Stopped(logger);

        void StartCapture() => agent.StartCapture(records, [.. sides.OfType<ISideSource>()]);
    }

    private static KernelConnections? OpenConnections(ILogger logger)
    {
        try
        {
            return new KernelConnections(Conntrack.Open());
        }
        catch (BpfException error)
        {
            AgentLog.ConntrackFailed(logger, error.Message);
            return null;
        }
    }

    private static void Progress(ILogger logger, string what, long start) =>
        AgentLog.Progress(logger, what, Stopwatch.GetElapsedTime(start).TotalMilliseconds);

    private static void Register(FeatureSet features, FeatureOptions wanted)
    {
        if (wanted.LatencyTracking.Enabled)
        {
            features.On(FlowHealth);
        }
        else
        {
            features.Off(FlowHealth);
        }
    }

    private static FlowProgramOptions ProgramOptions(AgentOptions options) =>
        new()
        {
            MaxFlows = options.FlowMapSize,
            RingBytes = options.Resources.Maps.EventBufferBytes,
            Interval = options.Flow.Interval,
            TcpHandshake = options.Flow.TcpHandshake,
            TcpIdle = options.Flow.TcpIdle,
            TcpClosed = options.Flow.TcpClosed,
            UdpIdle = options.Flow.UdpIdle,
            IcmpIdle = options.Flow.IcmpIdle,
            OtherIdle = options.Flow.OtherIdle,
            OverlayPorts = [.. options.Flow.OverlayPorts],
            SamplingRate = options.Capture.SamplingRate,
            TcpHealth = options.Features.LatencyTracking.Enabled,
        };
}
