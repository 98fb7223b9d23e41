using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>The cluster as its objects tell it: who has which address and since when, and what services lead where.</summary>
/// <remarks>
/// Fed through a sink per resource, each by one thread at a time; the threads take turns by a lock. Readers (<see cref="IClusterView"/>) take
/// none: what they read never changes, and is replaced as a whole.
/// <code>
///   sinks -> sets of objects (lock) -> address book, port book, backend book, address plan -> readers
/// </code>
/// </remarks>
public sealed class ClusterModel : IClusterView
{
    private const int ManyPods = 10_000;

    private readonly ClusterModelOptions _options;
    private readonly ModelState _state;
    private readonly PodDescriber _describer;
    private readonly NodeSet _nodes;
    private readonly PodSet _pods;
    private readonly ServiceSet _services;
    private readonly SliceSet _slices;
    private readonly NamespaceSet _namespaces;
    private readonly OwnerSet _replicaSets;
    private readonly OwnerSet _jobs;
    private volatile bool _isSynced;
    private int _compactedLists;

    public ClusterModel(ClusterModelOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _state = new ModelState(time, options.History);
        _describer = new PodDescriber(_state);
        _nodes = new NodeSet(_state, _describer, options);
        _replicaSets = new OwnerSet(_state, _describer, isTold: true);
        _jobs = new OwnerSet(_state, _describer, isTold: true);
        var others = new OwnerSet(_state, _describer, isTold: false);
        _pods = new PodSet(_state, _describer, _nodes, _replicaSets, _jobs, others);
        _services = new ServiceSet(_state);
        _slices = new SliceSet(_state);
        _namespaces = new NamespaceSet(_state);
        _nodes.PlanChanged = _pods.RecountOutside;
        _state.Listed = () =>
            _isSynced = _pods.WasListed && _nodes.WasListed && _services.WasListed && _slices.WasListed;
    }

    public IObjectSink<NodeObject> Nodes => _nodes;
    public IObjectSink<PodObject> Pods => _pods;
    public IObjectSink<ServiceObject> Services => _services;
    public IObjectSink<EndpointSliceObject> EndpointSlices => _slices;
    public IObjectSink<NamespaceObject> Namespaces => _namespaces;
    public IObjectSink<OwnerObject> ReplicaSets => _replicaSets;
    public IObjectSink<OwnerObject> Jobs => _jobs;

    public bool HasCluster => true;

    /// <summary>Nodes, pods, services and slices were listed. Owners may come later, or never where one may not read them.</summary>
    public bool IsSynced => _isSynced;

    public EndpointMatch FindEndpoint(in NetworkAddress address, long unixNs)
    {
        // Read first: what is published before the model is synced is seen by who sees that it is.
        var synced = _isSynced;
        var wasPod = false;
        for (var version = _state.Addresses.Find(address); version is not null; version = version.Next)
        {
            var holder = version.Holder;
            if (unixNs >= version.Begin && unixNs < version.End)
            {
                // Before the endpoint: an endpoint that is final is there before the flag is taken back.
                var final = synced && unixNs < version.FinalUntil && !holder.IsProvisional;
                return new(holder.Endpoint, final);
            }

            wasPod |= holder.Rank == HolderRank.Pod;
        }

        var plan = _nodes.Plan;
        var match = plan.Find(address, wasPod, mayBePod: !plan.HasPodNetworks || _pods.Outside > 0);
        return synced ? match : match with { Final = false };
    }

    public EndpointMatch? FindPod(string uid)
    {
        var synced = _isSynced;
        return _pods.FindOfHost(uid) is { } pod ? new(pod.Endpoint, synced && !pod.IsProvisional) : null;
    }

    public ServicePort? FindService(in NetworkAddress address, ushort port, byte protocol) =>
        _services.Ports.Find(new(address, port, protocol))
        ?? (
            _services.Ports.Find(new(default, port, protocol)) is { } nodePort && IsOfNode(address)
                ? nodePort
                : null
        );

    public bool IsBackend(in NetworkAddress address, ushort port, byte protocol) =>
        _slices.Backends.Contains(address, port, protocol);

    public bool HasReadyEndpoints(ServicePort service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return _slices.IsReady(service);
    }

    /// <summary>Forgets what is over since long. To be called about once a second, by one thread.</summary>
    public void Housekeep()
    {
        Compact();
        lock (_state.Gate)
        {
            var now = _state.Now();
            _state.Addresses.Forget(now);
            _state.Workloads.Forget(now);
            _slices.Backends.Forget(now);
            _describer.Settle(now);
        }
    }

    /// <summary>Every name that is known: of nodes, namespaces, pods, services, and what controls pods. Any thread.</summary>
    public IReadOnlySet<string> Names()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        lock (_state.Gate)
        {
            names.UnionWith(_namespaces.Keys);
            foreach (var key in _nodes.Keys.Concat(_pods.Keys).Concat(_services.Keys))
            {
                names.Add(key.Namespace);
                names.Add(key.Name);
            }

            foreach (var owner in _replicaSets.All.Concat(_jobs.All))
            {
                names.Add(owner.Name);
                names.Add(owner.Controller?.Name ?? "");
            }
        }

        names.Remove("");
        return names;
    }

    /// <summary>How much there is. Any thread.</summary>
    public ClusterCounts Count()
    {
        lock (_state.Gate)
        {
            return new(
                _nodes.Count,
                _pods.Count,
                _services.Count,
                _slices.Count,
                _namespaces.Count,
                _replicaSets.Count,
                _jobs.Count,
                _state.Addresses.Addresses,
                _state.Addresses.Versions,
                _state.Addresses.Displaced,
                _state.Workloads.InUse,
                _slices.Backends.Count
            );
        }
    }

    /// <summary>
    /// Gives back what a list of pods needed and left: after the first of 100,000 pods that takes 0.1 s and makes 194 MB resident 171, and
    /// without it each further one would add 5. A small cluster's lists leave too little to stop the process for.
    /// </summary>
    private void Compact()
    {
        var lists = _pods.Lists;
        if (!_isSynced || lists == _compactedLists)
        {
            return;
        }

        _compactedLists = lists;
        if (_pods.Count >= ManyPods)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    /// <summary>Who has and had an address, in order; null if nobody.</summary>
    internal AddressVersion? ChainOf(in NetworkAddress address) => _state.Addresses.Find(address);

    /// <summary>Whether node ports answer at an address.</summary>
    private bool IsOfNode(in NetworkAddress address) =>
        _state.Addresses.Find(address) is { Holder.Rank: HolderRank.Node, End: Claim.Open }
        || _options.IsOwnAddress(address)
        || _nodes.Plan.FindGateway(address) is not null;
}
