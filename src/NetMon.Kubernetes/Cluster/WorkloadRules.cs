using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>What a person takes for the owner of a pod.</summary>
internal static class WorkloadRules
{
    /// <summary>The label that a Deployment puts on its ReplicaSets and their pods: the end of the ReplicaSet's name.</summary>
    private const string TemplateHash = "pod-template-hash";

    /// <param name="Kind">Deployment, StatefulSet, ..., or Pod.</param>
    /// <param name="IsProvisional">Its controller is not told yet, and may be owned in turn.</param>
    public readonly record struct Answer(string Kind, string Name, bool IsProvisional = false);

    public static bool IsReplicaSet(OwnerReference owner) =>
        owner.Kind == "ReplicaSet" && owner.ApiVersion.StartsWith("apps/", StringComparison.Ordinal);

    public static bool IsJob(OwnerReference owner) =>
        owner.Kind == "Job" && owner.ApiVersion.StartsWith("batch/", StringComparison.Ordinal);

    /// <param name="owner">What controls the pod; null if nothing does.</param>
    /// <param name="pod">Name of the pod.</param>
    /// <param name="node">Name of its node; null if it has none.</param>
    public static Answer Of(
        OwnerEntry? owner,
        string pod,
        string? node,
        IReadOnlyList<KeyValuePair<string, string>> labels
    )
    {
        if (owner is null)
        {
            return new("Pod", pod);
        }

        if (owner.Kind == "Node")
        {
            // A static pod: kubelet appends the node's name, and it is the same thing on each node.
            return new("Pod", WithoutSuffix(pod, node) ?? pod);
        }

        if (owner.Controller is { } controller)
        {
            return new(controller.Kind, controller.Name);
        }

        if (!owner.MayBeOwned || owner.IsKnown)
        {
            return new(owner.Kind, owner.Name);
        }

        return owner.Kind == "ReplicaSet" && WithoutSuffix(owner.Name, HashOf(labels)) is { } deployment
            ? new("Deployment", deployment)
            : new(owner.Kind, owner.Name, IsProvisional: true);
    }

    private static string? HashOf(IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i].Key == TemplateHash)
            {
                return labels[i].Value;
            }
        }

        return null;
    }

    /// <summary>The name before <c>-suffix</c>; null if it does not end so.</summary>
    private static string? WithoutSuffix(string name, string? suffix) =>
        suffix is { Length: > 0 }
        && name.Length > suffix.Length + 1
        && name[^(suffix.Length + 1)] == '-'
        && name.EndsWith(suffix, StringComparison.Ordinal)
            ? name[..^(suffix.Length + 1)]
            : null;
}
