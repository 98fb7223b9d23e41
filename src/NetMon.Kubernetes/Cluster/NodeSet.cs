using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Nodes: their addresses, zones, and the networks of their pods.</summary>
internal sealed class NodeSet(ModelState state, PodDescriber describer, ClusterModelOptions options)
    : ObjectSet<NodeObject, ObjectKey, NodeEntry>(state)
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>Until Kubernetes 1.17, and of some clouds later.</summary>
    private const string OldZoneLabel = "failure-domain.beta.kubernetes.io/zone";

    private volatile AddressPlan _plan = new(options, []);
    private bool _planIsOld;

    /// <summary>The networks of pods and nodes as they are now. Any thread.</summary>
    public AddressPlan Plan => _plan;

    /// <summary>Called with a new <see cref="Plan"/>.</summary>
    public Action PlanChanged { get; set; } = static () => { };

    /// <summary>The node of this name, told or not. The pod that names it is to join its group.</summary>
    public NodeEntry Obtain(string name)
    {
        var key = new ObjectKey("", name);
        if (!Entries.TryGetValue(key, out var entry))
        {
            Entries.Add(key, entry = new(name));
        }

        return entry;
    }

    /// <summary>Forgets a node that only pods named, when its last one is gone.</summary>
    public void Drop(NodeEntry entry)
    {
        if (!entry.IsTold && !IsNamed(entry))
        {
            Entries.Remove(new("", entry.Name));
        }
    }

    protected override ObjectKey KeyOf(NodeObject item) => new("", item.Id.Name);

    protected override bool IsSame(NodeEntry entry, NodeObject item) => entry.Uid == item.Id.Uid;

    protected override NodeEntry Make(NodeObject item) => new(item.Id.Name);

    protected override void Change(NodeEntry entry, NodeObject item, bool isNew)
    {
        entry.Uid = item.Id.Uid;
        Describe(entry, item, isNew);
        Claim(entry, [.. item.Addresses.Where(address => !address.IsUnspecified).Distinct()]);
        if (!item.PodCidrs.SequenceEqual(entry.PodCidrs))
        {
            entry.PodCidrs = [.. item.PodCidrs];
            ChangePlan();
        }
    }

    protected override void End(NodeEntry entry, NodeObject? last)
    {
        Claim(entry, []);
        entry.Endpoint.IsGone = true;
        State.Workloads.Release(entry.Endpoint.Workload, State.Now());
        if (entry.PodCidrs.Count > 0)
        {
            entry.PodCidrs = [];
            ChangePlan();
        }
    }

    protected override bool IsNamed(NodeEntry entry) => entry.Pods.Count > 0;

    protected override void OnListed()
    {
        if (_planIsOld)
        {
            ChangePlan();
        }
    }

    private void Describe(NodeEntry entry, NodeObject item, bool isNew)
    {
        var zone = ZoneOf(item.Labels);
        if (!isNew && entry.Zone == zone && LabelPool.AreEqual(entry.Endpoint.Labels, item.Labels))
        {
            return;
        }

        var zoneChanged = entry.Zone != zone;
        entry.Zone = zone is null ? null : State.Labels.Share(zone);
        entry.Endpoint = new Endpoint(isNew ? null : entry.Endpoint)
        {
            Kind = EndpointKind.Node,
            Workload = isNew ? State.Workloads.Acquire("", "Node", entry.Name) : entry.Endpoint.Workload,
            Node = entry.Name,
            Zone = entry.Zone,
            Labels = State.Labels.Share(item.Labels),
        };
        entry.UnknownPod = new Endpoint
        {
            Kind = EndpointKind.Pod,
            Workload = Endpoint.UnknownPod.Workload,
            Node = entry.Name,
            Zone = entry.Zone,
        };
        for (var i = 0; zoneChanged && i < entry.Pods.Count; i++)
        {
            describer.Describe(entry.Pods[i]);
        }
    }

    private void Claim(NodeEntry entry, NetworkAddress[] told)
    {
        if (told.AsSpan().SequenceEqual(entry.Addresses))
        {
            return;
        }

        var now = State.Now();
        foreach (var address in entry.Addresses)
        {
            if (!told.Contains(address))
            {
                State.Addresses.End(address, entry, now);
            }
        }

        foreach (var address in told)
        {
            if (State.Addresses.ClaimOf(address, entry) is not { IsOpen: true })
            {
                State.Addresses.Set(address, entry, Cluster.Claim.Of(now), now);
            }
        }

        entry.Addresses = told;
    }

    /// <summary>Makes the plan anew: once at the end of a list, not for each node of it.</summary>
    private void ChangePlan()
    {
        _planIsOld = IsListing;
        if (!IsListing)
        {
            _plan = new(options, Entries.Values.Where(node => node.PodCidrs.Count > 0));
            PlanChanged();
        }
    }

    private static string? ZoneOf(IReadOnlyList<KeyValuePair<string, string>> labels) =>
        Find(labels, ZoneLabel) ?? Find(labels, OldZoneLabel);

    private static string? Find(IReadOnlyList<KeyValuePair<string, string>> labels, string key)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i].Key == key && labels[i].Value.Length > 0)
            {
                return labels[i].Value;
            }
        }

        return null;
    }
}
