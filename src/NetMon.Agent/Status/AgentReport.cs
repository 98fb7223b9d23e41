using NetMon.Agent.Api;
using NetMon.Agent.Clusters;
using NetMon.Agent.Features;
using NetMon.Agent.Flows;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Options;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Status;

/// <summary>Everything that the agent can be asked about itself.</summary>
internal sealed class AgentReport
{
    public required AgentOptions Options { get; init; }

    public required Func<ObservedInterfaces> Interfaces { get; init; }

    public required Func<ClusterStanding> Cluster { get; init; }

    public required FeatureSet Features { get; init; }

    public required HealthEndpoints Health { get; init; }

    public required MetricRegistry Registry { get; init; }

    public required FlowTable Table { get; init; }

    public required TrafficPulse Pulse { get; init; }

    /// <summary>The name of the node that it runs on.</summary>
    public required Func<string> Node { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The sum over a family's samples; null if there is no such family.</summary>
    public double? Sum(string family)
    {
        var samples = Registry.Read(family);
        return samples.Count == 0 ? null : samples.Sum(sample => sample.Value);
    }
}
