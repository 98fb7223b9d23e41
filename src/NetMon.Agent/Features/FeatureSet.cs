using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Features;

/// <summary>How a part stands that the agent can do without.</summary>
/// <param name="Name">As in the documentation's table, in metrics and in <c>/readyz</c>.</param>
/// <param name="Status">Whether it works.</param>
/// <param name="Reason">What is missing, and what is lost without it; empty if it works or was switched off.</param>
internal sealed record Feature(string Name, FeatureStatus Status, string Reason);

internal enum FeatureStatus
{
    On,

    /// <summary>By configuration.</summary>
    Off,

    /// <summary>Wanted, but something is missing: it works in part, or not at all.</summary>
    Degraded,
}

/// <summary>The parts that load, or fail, each for itself. From any thread.</summary>
internal sealed class FeatureSet
{
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, Feature> _features = new(StringComparer.Ordinal);

    public FeatureSet(MetricRegistry registry, ILogger<FeatureSet> logger)
    {
        _logger = logger;
        registry.Observe(
            Instruments.FeatureUp,
            (ref MetricSamples samples) =>
            {
                foreach (var feature in All)
                {
                    samples.Add(feature.Status == FeatureStatus.On ? 1L : 0L, feature.Name);
                }
            }
        );
    }

    /// <summary>By name.</summary>
    public IEnumerable<Feature> All =>
        _features.Values.OrderBy(feature => feature.Name, StringComparer.Ordinal);

    /// <summary>It works, all of it.</summary>
    public void On(string name) => Set(new(name, FeatureStatus.On, ""));

    /// <summary>It was switched off.</summary>
    public void Off(string name) => Set(new(name, FeatureStatus.Off, ""));

    /// <summary>Something is missing; said in the log once for each reason.</summary>
    /// <param name="name">Which part.</param>
    /// <param name="reason">What is missing, and what is lost without it.</param>
    public void Degraded(string name, string reason)
    {
        if (Set(new(name, FeatureStatus.Degraded, reason)))
        {
            AgentLog.FeatureDegraded(_logger, name, reason);
        }
    }

    private bool Set(Feature feature)
    {
        var before = _features.GetValueOrDefault(feature.Name);
        _features[feature.Name] = feature;
        return before != feature;
    }
}
