using NetMon.Core.Detections;

namespace NetMon.Agent.Options;

/// <summary>Everything a user can set about an agent: one small class per feature. Read once, at start-up.</summary>
public sealed class AgentOptions
{
    public CaptureOptions Capture { get; } = new();

    public FlowOptions Flow { get; } = new();

    public FeatureOptions Features { get; } = new();

    public KubernetesOptions Kubernetes { get; } = new();

    public ApiOptions Api { get; } = new();

    /// <summary>Section export.prometheus.</summary>
    public MetricsOptions Metrics { get; } = new();

    /// <summary>Section features.security_monitoring.</summary>
    public DetectionSettings SecurityMonitoring { get; } = new();

    public PerformanceOptions Performance { get; } = new();

    public ResourceOptions Resources { get; } = new();

    public LogOptions Log { get; } = new();

    public StateOptions State { get; } = new();

    /// <summary>Further settings of section state.</summary>
    public LedgerOptions Ledger { get; } = new();

    public PrivilegeOptions Privileges { get; } = new();

    /// <summary>Entries of the kernel's flow map.</summary>
    public int FlowMapSize => Resources.Maps.FlowMapSize > 0 ? Resources.Maps.FlowMapSize : Flow.MaxFlows;
}
