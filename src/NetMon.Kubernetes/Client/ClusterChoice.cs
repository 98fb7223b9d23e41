namespace NetMon.Kubernetes.Client;

/// <summary>Which cluster is meant.</summary>
/// <remarks>
/// In this order: the kubeconfig that is named here; the service account of the pod that this is; the files in <c>KUBECONFIG</c>;
/// and, if a cluster is required or a context is named, <c>~/.kube/config</c>.
/// </remarks>
public sealed record ClusterChoice
{
    /// <summary>A kubeconfig, which must exist; null: not named.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>A context of the kubeconfig; null: its current one.</summary>
    public string? Context { get; init; }

    /// <summary>To have no cluster is an error.</summary>
    public bool IsRequired { get; init; }

    /// <summary>For the age of tokens.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Environment variables.</summary>
    internal Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Where kubelet puts a pod's token and authority.</summary>
    internal string ServiceAccount { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";
}
