namespace NetMon.Kubernetes.Cluster;

/// <summary>How much the model holds.</summary>
/// <param name="Addresses">Addresses that somebody has or had in the time that is remembered.</param>
/// <param name="Versions">Who had them: at least one for each.</param>
/// <param name="VersionsDisplaced">Versions forgotten early, since their address had too many; a counter.</param>
/// <param name="Workloads">Workloads that have a pod, and nodes and services.</param>
/// <param name="Backends">Addresses and ports that services lead to, or led to in the time that is remembered.</param>
public readonly record struct ClusterCounts(
    int Nodes,
    int Pods,
    int Services,
    int EndpointSlices,
    int Namespaces,
    int ReplicaSets,
    int Jobs,
    int Addresses,
    int Versions,
    long VersionsDisplaced,
    int Workloads,
    int Backends
);
