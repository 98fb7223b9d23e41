using System.Net;
using NetMon.Core.Endpoints;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Options;

/// <summary>What the metrics tell apart, and how many series that may take.</summary>
public sealed class MetricsOptions
{
    /// <summary>Whether metrics are served.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Port on which metrics and health are served apart from the API; 0: with the API alone.</summary>
    public int Port { get; set; }

    /// <summary>Address for <see cref="Port"/>.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>Series of one metric family; what comes after counts in series whose labels say <c>other</c>.</summary>
    public int MaxSeries { get; set; } = MetricRegistry.DefaultSeriesLimit;

    /// <summary>Labels and presets that the families about flows have together (<see cref="Core.Metrics.Labels.LabelSet.Words"/>).</summary>
    public IReadOnlyList<string> Labels { get; set; } = ["workload"];

    /// <summary>The same for single families, by instrument; an empty list is no choice of its own.</summary>
    public FamilyLabels FamilyLabels { get; } = new();

    /// <summary>Names for networks outside of the cluster.</summary>
    public IReadOnlyList<NamedNetwork> ExternalNames { get; set; } = [];

    /// <summary>How long series of what is gone are still shown: longer than two scrapes are apart.</summary>
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>Labels and presets of single families.</summary>
public sealed class FamilyLabels
{
    public IReadOnlyList<string> Bytes { get; set; } = [];
    public IReadOnlyList<string> Packets { get; set; } = [];
    public IReadOnlyList<string> Flows { get; set; } = [];
    public IReadOnlyList<string> Latency { get; set; } = [];
    public IReadOnlyList<string> TcpRetransmits { get; set; } = [];
    public IReadOnlyList<string> TcpResets { get; set; } = [];
    public IReadOnlyList<string> FlowFailures { get; set; } = [];
    public IReadOnlyList<string> TcpRoundTrips { get; set; } = [];
    public IReadOnlyList<string> TcpEvents { get; set; } = [];
}
