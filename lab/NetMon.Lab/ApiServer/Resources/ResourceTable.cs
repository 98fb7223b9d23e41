namespace NetMon.Lab.ApiServer.Resources;

/// <summary>What the server keeps: what the agent watches, and what its own manifests consist of.</summary>
public static class ResourceTable
{
    private const string Apps = "apps";
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string Monitoring = "monitoring.coreos.com";

    public static IReadOnlyList<ResourceType> All { get; } =
    [
        new("", "v1", "Node", "nodes", Namespaced: false, "no"),
        new("", "v1", "Namespace", "namespaces", Namespaced: false, "ns"),
        new("", "v1", "Pod", "pods", Namespaced: true, "po"),
        new("", "v1", "Service", "services", Namespaced: true, "svc"),
        new("", "v1", "ConfigMap", "configmaps", Namespaced: true, "cm"),
        new("", "v1", "ServiceAccount", "serviceaccounts", Namespaced: true, "sa"),
        new("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", Namespaced: true),
        new(Apps, "v1", "ReplicaSet", "replicasets", Namespaced: true, "rs"),
        new(Apps, "v1", "Deployment", "deployments", Namespaced: true, "deploy"),
        new(Apps, "v1", "StatefulSet", "statefulsets", Namespaced: true, "sts"),
        new(Apps, "v1", "DaemonSet", "daemonsets", Namespaced: true, "ds"),
        new("batch", "v1", "Job", "jobs", Namespaced: true),
        new("batch", "v1", "CronJob", "cronjobs", Namespaced: true, "cj"),
        new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", Namespaced: true, "netpol"),
        new(Rbac, "v1", "ClusterRole", "clusterroles", Namespaced: false),
        new(Rbac, "v1", "ClusterRoleBinding", "clusterrolebindings", Namespaced: false),
        new(Monitoring, "v1", "PodMonitor", "podmonitors", Namespaced: true, "pmon"),
        new(Monitoring, "v1", "ServiceMonitor", "servicemonitors", Namespaced: true, "smon"),
    ];

    private static readonly Dictionary<(string Root, string Plural), ResourceType> ByPath = All.ToDictionary(
        type => (type.Root, type.Plural)
    );
    private static readonly Dictionary<(string ApiVersion, string Kind), ResourceType> ByKind =
        All.ToDictionary(type => (type.ApiVersion, type.Kind));

    /// <param name="root"><c>/api/v1</c>, <c>/apis/apps/v1</c>.</param>
    public static ResourceType? FindByPath(string root, string plural) =>
        ByPath.GetValueOrDefault((root, plural));

    public static ResourceType? FindByKind(string apiVersion, string kind) =>
        ByKind.GetValueOrDefault((apiVersion, kind));

    /// <param name="name"><c>pods</c>, <c>deployments.apps</c>.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static ResourceType Named(string name) =>
        All.FirstOrDefault(type => type.Plural == name || type.QualifiedName == name)
        ?? throw new ArgumentException($"the test API server keeps no '{name}'", nameof(name));
}
