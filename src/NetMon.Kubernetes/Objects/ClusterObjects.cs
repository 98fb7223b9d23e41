// The few fields of the API's objects that the model of the cluster needs, in one place so that reader and model agree.
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Kubernetes.Objects;

/// <summary>What names an object: the UID tells it from another that had the same name before.</summary>
public readonly record struct ObjectName(string Namespace, string Name, string Uid);

/// <summary>The owner that controls an object (<c>metadata.ownerReferences[controller=true]</c>).</summary>
public sealed record OwnerReference(string ApiVersion, string Kind, string Name, string Uid);

public sealed record NamespaceObject(ObjectName Id);

public sealed record PodObject
{
    public required ObjectName Id { get; init; }
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];
    public OwnerReference? Owner { get; init; }

    /// <summary><c>spec.nodeName</c>; null before it is scheduled.</summary>
    public string? Node { get; init; }
    public bool HostNetwork { get; init; }

    /// <summary><c>metadata.annotations["kubernetes.io/config.hash"]</c>: kubelet's own UID of a static pod, by which it names cgroups; null of others.</summary>
    public string? ManifestHash { get; init; }

    /// <summary><c>status.podIPs</c>, else <c>status.podIP</c>.</summary>
    public IReadOnlyList<NetworkAddress> Addresses { get; init; } = [];

    /// <summary><c>status.phase</c>: Pending, Running, Succeeded, Failed, Unknown.</summary>
    public string Phase { get; init; } = "";

    /// <summary><c>metadata.creationTimestamp</c>, <c>status.startTime</c>; whole seconds.</summary>
    public DateTimeOffset? Created { get; init; }
    public DateTimeOffset? Started { get; init; }

    /// <summary>When condition PodReadyToStartContainers became true (Kubernetes 1.28): sandbox and addresses were there; whole seconds.</summary>
    public DateTimeOffset? NetworkReady { get; init; }

    /// <summary><c>metadata.deletionTimestamp</c>: the time asked for, its grace period included.</summary>
    public DateTimeOffset? Deletion { get; init; }

    /// <summary>The latest <c>state.terminated.finishedAt</c>, when every container of the pod has terminated for good; whole seconds.</summary>
    public DateTimeOffset? Finished { get; init; }
}

public sealed record NodeObject
{
    public required ObjectName Id { get; init; }
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary><c>status.addresses</c> that are IP addresses (InternalIP, ExternalIP).</summary>
    public IReadOnlyList<NetworkAddress> Addresses { get; init; } = [];

    /// <summary><c>spec.podCIDRs</c>, else <c>spec.podCIDR</c>.</summary>
    public IReadOnlyList<Cidr> PodCidrs { get; init; } = [];
}

/// <param name="Protocol">IP protocol number.</param>
/// <param name="NodePort">0 if it has none.</param>
public sealed record ServicePortObject(
    string Name,
    byte Protocol,
    ushort Port,
    ushort NodePort,
    string AppProtocol = ""
);

public sealed record ServiceObject
{
    public required ObjectName Id { get; init; }

    /// <summary>ClusterIP, NodePort, LoadBalancer, ExternalName.</summary>
    public string Type { get; init; } = "ClusterIP";

    /// <summary><c>spec.clusterIPs</c>, else <c>spec.clusterIP</c>; none of a headless service.</summary>
    public IReadOnlyList<NetworkAddress> ClusterIps { get; init; } = [];
    public IReadOnlyList<NetworkAddress> ExternalIps { get; init; } = [];

    /// <summary><c>status.loadBalancer.ingress[].ip</c>.</summary>
    public IReadOnlyList<NetworkAddress> LoadBalancerIps { get; init; } = [];
    public IReadOnlyList<ServicePortObject> Ports { get; init; } = [];
}

/// <param name="Port">0: all ports.</param>
public sealed record SlicePortObject(string Name, byte Protocol, ushort Port);

/// <param name="Addresses">Of one address type; the first counts.</param>
/// <param name="Ready"><c>conditions.ready</c>; absent is true.</param>
/// <param name="Serving"><c>conditions.serving</c>; absent is as ready.</param>
/// <param name="Terminating"><c>conditions.terminating</c>.</param>
/// <param name="TargetUid"><c>targetRef.uid</c> of a pod; null if there is none.</param>
/// <param name="Node"><c>nodeName</c>.</param>
public sealed record SliceEndpointObject(
    IReadOnlyList<NetworkAddress> Addresses,
    bool Ready,
    bool Serving,
    bool Terminating,
    string? TargetUid,
    string? Node
);

public sealed record EndpointSliceObject
{
    public required ObjectName Id { get; init; }

    /// <summary>Label <c>kubernetes.io/service-name</c>; null if it belongs to none.</summary>
    public string? Service { get; init; }
    public IReadOnlyList<SlicePortObject> Ports { get; init; } = [];
    public IReadOnlyList<SliceEndpointObject> Endpoints { get; init; } = [];
}

/// <summary>A ReplicaSet or Job, by its metadata alone: a step of a pod's chain of owners.</summary>
/// <param name="Kind">ReplicaSet, Job.</param>
public sealed record OwnerObject(ObjectName Id, string Kind, OwnerReference? Owner);
