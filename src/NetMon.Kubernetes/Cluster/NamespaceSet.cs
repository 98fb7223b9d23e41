using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Namespaces, of which there is nothing to know but that they are there.</summary>
internal sealed class NamespaceSet(ModelState state)
    : ObjectSet<NamespaceObject, string, NamespaceSet.NamespaceEntry>(state)
{
    protected override string KeyOf(NamespaceObject item) => item.Id.Name;

    protected override bool IsSame(NamespaceEntry entry, NamespaceObject item) => true;

    protected override NamespaceEntry Make(NamespaceObject item) => new();

    protected override void Change(NamespaceEntry entry, NamespaceObject item, bool isNew) { }

    protected override void End(NamespaceEntry entry, NamespaceObject? last) { }

    internal sealed class NamespaceEntry : Entry;
}
