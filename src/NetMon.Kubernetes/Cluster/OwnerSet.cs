using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>ReplicaSets or Jobs, by UID, and controllers that only their pods name.</summary>
/// <param name="isTold">The API server tells of them.</param>
internal sealed class OwnerSet(ModelState state, PodDescriber describer, bool isTold)
    : ObjectSet<OwnerObject, string, OwnerEntry>(state)
{
    public bool IsTold { get; } = isTold;

    /// <summary>What a pod names as its owner, told or not. The pod is to join its group.</summary>
    public OwnerEntry Obtain(OwnerReference reference, string uid)
    {
        if (!Entries.TryGetValue(uid, out var entry))
        {
            Entries.Add(
                uid,
                entry = new OwnerEntry(this, uid, State.Labels.Share(reference.Kind), reference.Name)
            );
        }

        return entry;
    }

    /// <summary>Forgets an owner that only pods named, when its last one is gone.</summary>
    public void Drop(OwnerEntry entry)
    {
        if (!entry.IsTold && !IsNamed(entry))
        {
            Entries.Remove(entry.Uid);
        }
    }

    protected override string KeyOf(OwnerObject item) => item.Id.Uid;

    protected override bool IsSame(OwnerEntry entry, OwnerObject item) => true;

    protected override OwnerEntry Make(OwnerObject item) =>
        new(this, item.Id.Uid, State.Labels.Share(item.Kind), item.Id.Name);

    protected override void Change(OwnerEntry entry, OwnerObject item, bool isNew)
    {
        var kind = item.Owner?.Kind;
        var name = item.Owner?.Name;
        if (entry.IsKnown && entry.Controller?.Kind == kind && entry.Controller?.Name == name)
        {
            return;
        }

        entry.IsKnown = true;
        entry.Controller =
            kind is null || name is null ? null : (State.Labels.Share(kind), State.Labels.Share(name));
        for (var i = 0; i < entry.Pods?.Count; i++)
        {
            describer.Describe(entry.Pods[i]);
        }
    }

    // Its pods keep the workload that they have: it does not change because a step of the chain goes first.
    protected override void End(OwnerEntry entry, OwnerObject? last) { }

    protected override bool IsNamed(OwnerEntry entry) => entry.Pods?.Count > 0;
}
