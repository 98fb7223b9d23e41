namespace NetMon.Lab.ApiServer.Objects;

/// <summary>What a test says of a pod; the rest is as usual.</summary>
public sealed record PodDescription
{
    public required string Name { get; init; }
    public string Namespace { get; init; } = "default";

    /// <summary>Null makes one.</summary>
    public string? Uid { get; init; }

    /// <summary>Null: it is not scheduled, and pending.</summary>
    public string? Node { get; init; }

    /// <summary>The node's address.</summary>
    public string HostIp { get; init; } = "192.0.2.1";

    /// <summary>The first is <c>status.podIP</c>. None: it is pending.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
    public bool HostNetwork { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What controls it, e.g. from <see cref="ObjectBuilder.OwnedBy"/>.</summary>
    public Owner? Owner { get; init; }

    /// <summary>Of its one container.</summary>
    public string Image { get; init; } = "registry.example/app:1";

    /// <summary>TCP ports of its container.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>When it was created, and started where it runs.</summary>
    public DateTimeOffset? Created { get; init; }
}

/// <summary>An object that controls another.</summary>
public sealed record Owner(string ApiVersion, string Kind, string Name, string Uid);

/// <summary>One port of a service.</summary>
/// <param name="Target">Port of the backends.</param>
/// <param name="NodePort">0: none.</param>
public sealed record ServicePortDescription(
    string Name,
    int Port,
    int Target,
    string Protocol = "TCP",
    int NodePort = 0
);

/// <summary>What a test says of a service.</summary>
public sealed record ServiceDescription
{
    public required string Name { get; init; }
    public string Namespace { get; init; } = "default";

    /// <summary>ClusterIP, NodePort, LoadBalancer, ExternalName.</summary>
    public string Type { get; init; } = "ClusterIP";

    /// <summary>The first is <c>spec.clusterIP</c>; none: headless.</summary>
    public IReadOnlyList<string> ClusterIps { get; init; } = [];
    public IReadOnlyList<string> ExternalIps { get; init; } = [];
    public IReadOnlyList<string> LoadBalancerIps { get; init; } = [];
    public IReadOnlyList<ServicePortDescription> Ports { get; init; } = [];
    public IReadOnlyDictionary<string, string> Selector { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>One endpoint of a slice.</summary>
/// <param name="Pod">Namespace, name and UID of the pod it is; null if it is none.</param>
public sealed record EndpointDescription(
    string Address,
    string? Node = null,
    (string Namespace, string Name, string Uid)? Pod = null,
    bool Ready = true,
    bool Terminating = false
);
