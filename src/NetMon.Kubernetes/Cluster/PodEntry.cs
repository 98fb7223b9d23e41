using NetMon.Core.Flows;

namespace NetMon.Kubernetes.Cluster;

/// <summary>A pod. Its name, node and labels are in its endpoint.</summary>
internal sealed class PodEntry : Holder
{
    public override HolderRank Rank => HolderRank.Pod;

    /// <summary>What controls it; null if nothing does.</summary>
    public OwnerEntry? Owner;

    /// <summary>Where it runs; null before it is scheduled.</summary>
    public NodeEntry? Node;

    /// <summary>The addresses of its own that it said last; none on the node's network.</summary>
    public NetworkAddress[] Addresses = [];

    /// <summary>By what kubelet names a static pod on the host; null of any other.</summary>
    public string? ManifestHash;

    /// <summary>It has an address in no network that pods are known to have.</summary>
    public bool IsOutside;

    /// <summary>When we first heard of it, with or without an address.</summary>
    public long Heard;

    /// <summary>Where it is in its owner's and its node's <see cref="PodGroup"/>.</summary>
    public int OwnerIndex;
    public int NodeIndex;
}

/// <summary>The pods of an owner or of a node, in no order; adding and removing take the same time however many there are.</summary>
internal sealed class PodGroup(bool ofNode)
{
    private readonly List<PodEntry> _pods = new(1);

    public int Count => _pods.Count;

    public PodEntry this[int index] => _pods[index];

    public void Add(PodEntry pod)
    {
        Index(pod) = _pods.Count;
        _pods.Add(pod);
    }

    public void Remove(PodEntry pod)
    {
        var last = _pods[^1];
        _pods[Index(pod)] = last;
        Index(last) = Index(pod);
        _pods.RemoveAt(_pods.Count - 1);
    }

    private ref int Index(PodEntry pod) => ref ofNode ? ref pod.NodeIndex : ref pod.OwnerIndex;
}
