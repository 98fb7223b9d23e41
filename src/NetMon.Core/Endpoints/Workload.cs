namespace NetMon.Core.Endpoints;

/// <summary>What a person takes for the owner of traffic: a Deployment, not its ReplicaSet; a node; a service; the world outside.</summary>
/// <remarks>Equal by namespace, kind and name. Where it comes from, there is one object for each, so that <see cref="IsGone"/> is seen by all.</remarks>
public sealed class Workload : IEquatable<Workload>
{
    private readonly int _hash;
    private volatile bool _gone;

    /// <param name="ns">Namespace; empty for what has none.</param>
    /// <param name="kind">Deployment, StatefulSet, DaemonSet, Job, CronJob, Pod (a bare one), Node, Service, External, or the kind of another controller.</param>
    /// <param name="name">Name.</param>
    public Workload(string ns, string kind, string name)
    {
        Namespace = ns;
        Kind = kind;
        Name = name;
        _hash = HashCode.Combine(ns, kind, name);
    }

    public string Namespace { get; }
    public string Kind { get; }
    public string Name { get; }

    /// <summary>It has no pod any more (a node, a service: it was deleted), so that its series may be dropped. Set by whoever made it, read by any thread.</summary>
    public bool IsGone
    {
        get => _gone;
        set => _gone = value;
    }

    public bool Equals(Workload? other) =>
        ReferenceEquals(this, other)
        || (
            other is not null
            && _hash == other._hash
            && string.Equals(Name, other.Name, StringComparison.Ordinal)
            && string.Equals(Namespace, other.Namespace, StringComparison.Ordinal)
            && string.Equals(Kind, other.Kind, StringComparison.Ordinal)
        );

    public override bool Equals(object? obj) => Equals(obj as Workload);

    public override int GetHashCode() => _hash;

    public override string ToString() =>
        Namespace.Length == 0 ? $"{Kind}/{Name}" : $"{Namespace}/{Kind}/{Name}";
}
