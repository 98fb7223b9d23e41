using NetMon.Core.Endpoints;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Whose claim to an address counts more.</summary>
internal enum HolderRank : byte
{
    ApiServer,

    /// <summary>A service's address is often a node's too.</summary>
    Service,
    Pod,
    Node,
}

/// <summary>An object that is known, or that others name.</summary>
internal abstract class Entry
{
    /// <summary>The list in which it was seen last.</summary>
    public int Generation;

    /// <summary>The API server told of it; else only others name it.</summary>
    public bool IsTold;
}

/// <summary>What can have an address. Writers hold the model's lock; readers read the endpoint.</summary>
internal abstract class Holder : Entry
{
    private volatile Endpoint? _endpoint;
    private volatile bool _provisional;

    public abstract HolderRank Rank { get; }

    /// <summary>Set before the first claim is made. Replaced when more is known.</summary>
    public Endpoint Endpoint
    {
        get => _endpoint!;
        set => _endpoint = value;
    }

    public bool HasEndpoint => _endpoint is not null;

    /// <summary>The workload may still change, since an owner is not known yet.</summary>
    public bool IsProvisional
    {
        get => _provisional;
        set => _provisional = value;
    }
}

/// <summary>What <c>default/kubernetes</c> leads to, where it is neither a node nor a pod: the control plane of a managed cluster.</summary>
internal sealed class ApiServerHolder : Holder
{
    public const string Name = "kube-apiserver";

    public ApiServerHolder() => Endpoint = Endpoint.NamedExternal(Name);

    public override HolderRank Rank => HolderRank.ApiServer;
}
