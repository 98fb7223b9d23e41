namespace NetMon.Kubernetes.Tests.Cluster;

/// <summary>Time that stands still until it is moved.</summary>
internal sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Time { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Time;
}
