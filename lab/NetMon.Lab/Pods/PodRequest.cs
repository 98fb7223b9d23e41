using NetMon.Lab.Network;

namespace NetMon.Lab.Pods;

/// <summary>What a pod shall be.</summary>
/// <param name="Workload">What it belongs to.</param>
/// <param name="Node">Where it runs.</param>
public sealed record PodRequest(LabWorkload Workload, LabNode Node)
{
    /// <summary>It has the node's network, and no address of its own.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>Beside <c>app</c>, the workload's name, by which services select it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long the kubelet takes to tell of the addresses, while the pod has them already.</summary>
    public TimeSpan StatusDelay { get; init; }
}

/// <summary>What a person takes for the owner of a pod.</summary>
/// <param name="Kind">Deployment, StatefulSet, DaemonSet, Job, CronJob; Pod for one without an owner; or a kind that the API server does not keep.</param>
public sealed record LabWorkload(string Namespace, string Kind, string Name)
{
    public override string ToString() => $"{Namespace}/{Kind}/{Name}";
}
