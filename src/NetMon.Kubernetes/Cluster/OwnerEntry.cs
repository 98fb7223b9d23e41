namespace NetMon.Kubernetes.Cluster;

/// <summary>What controls pods: a ReplicaSet or Job, told by the API server or only named by a pod; or another controller, which is only named.</summary>
internal sealed class OwnerEntry(OwnerSet set, string uid, string kind, string name) : Entry
{
    public string Uid { get; } = uid;
    public string Kind { get; } = kind;
    public string Name { get; } = name;

    /// <summary>It is a ReplicaSet or a Job, which the API server tells of; of others the pods' word is all there is.</summary>
    public bool MayBeOwned => Set.IsTold;

    public OwnerSet Set { get; } = set;

    /// <summary>Kind and name of what controls it in turn; null if nothing does, or that is not told.</summary>
    public (string Kind, string Name)? Controller;

    /// <summary>It was told once: what it is does not change any more when it goes before its pods do.</summary>
    public bool IsKnown;

    public PodGroup? Pods;
}
