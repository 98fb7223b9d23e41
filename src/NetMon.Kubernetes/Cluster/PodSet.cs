using System.Collections.Concurrent;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Pods, and their claims to addresses.</summary>
internal sealed class PodSet(
    ModelState state,
    PodDescriber describer,
    NodeSet nodes,
    OwnerSet replicaSets,
    OwnerSet jobs,
    OwnerSet others
) : ObjectSet<PodObject, ObjectKey, PodEntry>(state)
{
    /// <summary>The API allows one of each family. More than these of a pod are not read.</summary>
    private const int MaxAddresses = 8;

    private readonly ConcurrentDictionary<string, PodEntry> _ofHosts = new(StringComparer.Ordinal);
    private volatile int _outside;

    /// <summary>Pods that have an address in no network that pods are known to have. Any thread.</summary>
    public int Outside => _outside;

    /// <summary>The pod on its node's network with a UID, or with the hash of a static pod's manifest. Any thread.</summary>
    public PodEntry? FindOfHost(string uid) => _ofHosts.GetValueOrDefault(uid);

    /// <summary>Counts <see cref="Outside"/> anew, since the networks changed.</summary>
    public void RecountOutside()
    {
        var outside = 0;
        foreach (var pod in Entries.Values)
        {
            pod.IsOutside = IsOutside(pod);
            outside += pod.IsOutside ? 1 : 0;
        }

        _outside = outside;
    }

    protected override ObjectKey KeyOf(PodObject item) => ObjectKey.Of(item.Id);

    protected override bool IsSame(PodEntry entry, PodObject item) => entry.Endpoint.PodUid == item.Id.Uid;

    protected override PodEntry Make(PodObject item) => new();

    protected override void Change(PodEntry entry, PodObject item, bool isNew)
    {
        Join(entry, item);
        var labels =
            entry.HasEndpoint && LabelPool.AreEqual(entry.Endpoint.Labels, item.Labels)
                ? entry.Endpoint.Labels
                : State.Labels.Share(item.Labels);
        describer.Describe(entry, item.Id, labels);
        Claim(entry, item, isNew, isThere: true);
        if (item.HostNetwork)
        {
            entry.ManifestHash = item.ManifestHash;
            _ofHosts[item.Id.Uid] = entry;
            if (entry.ManifestHash is { } hash)
            {
                _ofHosts[hash] = entry;
            }
        }
    }

    protected override void End(PodEntry entry, PodObject? last)
    {
        var now = State.Now();
        if (last is not null)
        {
            Claim(entry, last, isNew: false, isThere: false);
        }

        foreach (var address in entry.Addresses)
        {
            State.Addresses.End(address, entry, now);
        }

        entry.Addresses = [];
        CountOutside(entry);
        ForgetOfHost(entry.Endpoint.PodUid, entry);
        ForgetOfHost(entry.ManifestHash, entry);
        Leave(entry);
        entry.Endpoint.IsGone = true;
        State.Workloads.Release(entry.Endpoint.Workload, now);
    }

    private void ForgetOfHost(string? uid, PodEntry entry)
    {
        if (uid is not null)
        {
            _ofHosts.TryRemove(new(uid, entry));
        }
    }

    /// <summary>Joins the groups of the owner and the node that the pod has now.</summary>
    private void Join(PodEntry entry, PodObject item)
    {
        if (entry.Owner?.Uid != UidOf(item.Owner, item.Id))
        {
            LeaveOwner(entry);
            if (item.Owner is { } reference)
            {
                entry.Owner = OwnersOf(reference).Obtain(reference, UidOf(reference, item.Id)!);
                (entry.Owner.Pods ??= new(ofNode: false)).Add(entry);
            }
        }

        if (entry.Node?.Name != item.Node)
        {
            LeaveNode(entry);
            if (item.Node is { Length: > 0 } name)
            {
                entry.Node = nodes.Obtain(name);
                entry.Node.Pods.Add(entry);
            }
        }
    }

    private void Leave(PodEntry entry)
    {
        LeaveOwner(entry);
        LeaveNode(entry);
    }

    private static void LeaveOwner(PodEntry entry)
    {
        if (entry.Owner is { } owner)
        {
            owner.Pods!.Remove(entry);
            owner.Set.Drop(owner);
            entry.Owner = null;
        }
    }

    private void LeaveNode(PodEntry entry)
    {
        if (entry.Node is { } node)
        {
            node.Pods.Remove(entry);
            nodes.Drop(node);
            entry.Node = null;
        }
    }

    /// <summary>What an owner is found by; where a reference lacks its UID, its name has to do.</summary>
    private static string? UidOf(OwnerReference? owner, in ObjectName pod) =>
        owner is { Uid.Length: 0 } ? $"{pod.Namespace}/{owner.Kind}/{owner.Name}" : owner?.Uid;

    private OwnerSet OwnersOf(OwnerReference reference) =>
        WorkloadRules.IsReplicaSet(reference) ? replicaSets
        : WorkloadRules.IsJob(reference) ? jobs
        : others;

    /// <summary>Notes which addresses the pod has, and which it has no more.</summary>
    private void Claim(PodEntry entry, PodObject item, bool isNew, bool isThere)
    {
        var now = State.Now();
        var told = AddressesOf(item);
        entry.Heard = isNew ? now : entry.Heard;
        long? movedAt = null;
        foreach (var address in entry.Addresses)
        {
            if (State.Addresses.ClaimOf(address, entry) is not { } before)
            {
                continue;
            }

            var has = told.Contains(address);
            if (!has)
            {
                movedAt = Math.Max(movedAt ?? before.From, before.From);
            }

            if (!has || !isThere)
            {
                Set(address, before, hasAddress: false);
            }
        }

        foreach (var address in isThere ? told : [])
        {
            Set(address, State.Addresses.ClaimOf(address, entry), hasAddress: true);
        }

        if (!told.AsSpan().SequenceEqual(entry.Addresses))
        {
            entry.Addresses = told;
        }

        CountOutside(entry);

        void Set(in NetworkAddress address, Claim? before, bool hasAddress) =>
            State.Addresses.Set(
                address,
                entry,
                Cluster.Claim.Of(
                    item,
                    before,
                    now,
                    hasAddress,
                    isInitial: !WasListed,
                    isKnown: !isNew,
                    entry.Heard,
                    hasAddress ? movedAt : null
                ),
                now
            );
    }

    private static NetworkAddress[] AddressesOf(PodObject item) =>
        item.HostNetwork || item.Addresses.Count == 0
            ? []
            : [.. item.Addresses.Where(address => !address.IsUnspecified).Distinct().Take(MaxAddresses)];

    private void CountOutside(PodEntry entry)
    {
        var isOutside = IsOutside(entry);
        if (isOutside != entry.IsOutside)
        {
            entry.IsOutside = isOutside;
            _outside += isOutside ? 1 : -1;
        }
    }

    private bool IsOutside(PodEntry entry)
    {
        foreach (var address in entry.Addresses)
        {
            if (!nodes.Plan.HoldsPods(address))
            {
                return true;
            }
        }

        return false;
    }
}
