namespace NetMon.Core.Endpoints;

/// <summary>Who is at one end of a flow. Never changes but for <see cref="IsGone"/>, and is shared by all flows of the same pod or node.</summary>
public sealed class Endpoint
{
    /// <summary>Name of a workload that is not known.</summary>
    public const string UnknownName = "unknown";

    /// <summary>Name of the world outside, where no network of the user's names it better.</summary>
    public const string ExternalName = "external";

    private readonly Life _life;

    public Endpoint()
        : this(null) { }

    /// <param name="earlier">The same pod or node, of which more is known now: <see cref="IsGone"/> of one is that of the other.</param>
    public Endpoint(Endpoint? earlier) => _life = earlier?._life ?? new Life();

    /// <summary>Outside of the cluster, in none of the networks that have a name.</summary>
    public static Endpoint External { get; } = NamedExternal(ExternalName);

    /// <summary>A pod's address, of which no pod is known.</summary>
    public static Endpoint UnknownPod { get; } =
        new() { Kind = EndpointKind.Pod, Workload = new Workload("", "Pod", UnknownName) };

    public required EndpointKind Kind { get; init; }

    public required Workload Workload { get; init; }

    /// <summary>Name and UID of the pod; null if it is none, or not known.</summary>
    public string? Pod { get; init; }
    public string? PodUid { get; init; }

    /// <summary>Name of the node that it is, or runs on; null if not known.</summary>
    public string? Node { get; init; }

    /// <summary>Value of the node's label topology.kubernetes.io/zone; null if not known.</summary>
    public string? Zone { get; init; }

    /// <summary>Labels of the pod or node.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>The pod or node was deleted. Set by whoever made it, read by any thread.</summary>
    public bool IsGone
    {
        get => _life.IsOver;
        set => _life.IsOver = value;
    }

    public string Namespace => Workload.Namespace;

    /// <summary>Outside of the cluster, in a network that has a name.</summary>
    public static Endpoint NamedExternal(string name) =>
        new() { Kind = EndpointKind.External, Workload = new Workload("", "External", name) };

    /// <summary>This host, or a node of the cluster.</summary>
    public static Endpoint OfNode(
        string name,
        string? zone = null,
        IReadOnlyList<KeyValuePair<string, string>>? labels = null
    ) =>
        new()
        {
            Kind = EndpointKind.Node,
            Workload = new Workload("", "Node", name),
            Node = name,
            Zone = zone,
            Labels = labels ?? [],
        };

    public override string ToString() => Pod is null ? Workload.ToString() : $"{Workload} ({Pod})";

    private sealed class Life
    {
        public volatile bool IsOver;
    }
}
