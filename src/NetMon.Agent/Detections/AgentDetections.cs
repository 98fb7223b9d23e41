using Microsoft.Extensions.Logging;
using NetMon.Agent.Features;
using NetMon.Agent.Flows;
using NetMon.Agent.Logging;
using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Detections;

/// <summary>The detections of an agent: their thread, their events, their metrics.</summary>
internal sealed class AgentDetections : IDisposable
{
    public const string FeatureName = "detections";

    private readonly DetectionLoop _loop;
    private readonly ILogger _logger;
    private readonly CounterFamily<EventKey> _events;

    private AgentDetections(
        DetectionSettings settings,
        FlowTable table,
        TimeSpan interval,
        WallClock clock,
        MetricRegistry registry,
        int maxSeries,
        ILoggerFactory loggers
    )
    {
        _logger = loggers.CreateLogger<AgentDetections>();
        _events = registry.Counter<EventKey>(Instruments.SecurityEvents, maxSeries);
        _loop = new DetectionLoop(
            settings,
            table,
            interval,
            clock,
            Tell,
            loggers.CreateLogger<DetectionLoop>()
        );
        DetectionMetrics.Register(registry, _loop, Feed.Log);
    }

    public EventFeed Feed { get; } = new();

    public FlowTap Tap => _loop.Tap;

    /// <returns>Null if they are switched off.</returns>
    public static AgentDetections? Create(
        DetectionSettings settings,
        FlowTable table,
        TimeSpan interval,
        WallClock clock,
        MetricRegistry registry,
        int maxSeries,
        FeatureSet features,
        ILoggerFactory loggers
    )
    {
        if (!settings.Enabled)
        {
            features.Off(FeatureName);
            return null;
        }

        features.On(FeatureName);
        return new(settings, table, interval, clock, registry, maxSeries, loggers);
    }

    public void Start() => _loop.Start();

    /// <inheritdoc cref="DetectionLoop.Take"/>
    public void Take(DetectionSettings settings) => _loop.Take(settings);

    /// <summary>Ends the thread, then the followers' streams.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        Feed.Complete();
    }

    private void Tell(SecurityEvent told)
    {
        if (told.Step == SecurityEventStep.Begin)
        {
            var workload = told.Workload;
            _events.Add(new EventKey(told.Type, workload?.Namespace ?? "", workload?.Name ?? ""), 1);
            AgentLog.SecurityEvent(_logger, told.Type.Word(), told.Id, told.What);
        }

        Feed.Add(told);
    }
}

/// <summary>Labels type, namespace, workload.</summary>
internal readonly record struct EventKey(DetectionType Type, string Namespace, string Workload)
    : ISeriesKey<EventKey>
{
    public void WriteLabels(ref LabelWriter labels)
    {
        labels.Add(Type.Word());
        labels.Add(Namespace);
        labels.Add(Workload);
    }
}
