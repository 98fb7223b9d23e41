namespace NetMon.Kubernetes.Cluster;

/// <summary>
/// Makes equal labels one object: the pods of a workload have most of theirs in common. Two caches of fixed size, in which the newer takes
/// the older's place, so that what only one pod has is not kept. Under the model's lock.
/// </summary>
internal sealed class LabelPool
{
    private const int Size = 8192;

    private readonly string?[] _strings = new string?[Size];
    private readonly KeyValuePair<string, string>[]?[] _lists = new KeyValuePair<string, string>[]?[Size];

    public string Share(string text)
    {
        ref var slot = ref _strings[Slot(StringComparer.Ordinal.GetHashCode(text))];
        return slot is not null && slot == text ? slot : slot = text;
    }

    public IReadOnlyList<KeyValuePair<string, string>> Share(
        IReadOnlyList<KeyValuePair<string, string>> labels
    )
    {
        if (labels.Count == 0)
        {
            return [];
        }

        var hash = 0;
        for (var i = 0; i < labels.Count; i++)
        {
            hash = HashCode.Combine(hash, labels[i].Key, labels[i].Value);
        }

        ref var slot = ref _lists[Slot(hash)];
        if (slot is null || !AreEqual(slot, labels))
        {
            slot = new KeyValuePair<string, string>[labels.Count];
            for (var i = 0; i < slot.Length; i++)
            {
                slot[i] = new(Share(labels[i].Key), Share(labels[i].Value));
            }
        }

        return slot;
    }

    public static bool AreEqual(
        IReadOnlyList<KeyValuePair<string, string>> a,
        IReadOnlyList<KeyValuePair<string, string>> b
    )
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        for (var i = 0; i < a.Count; i++)
        {
            if (a[i].Key != b[i].Key || a[i].Value != b[i].Value)
            {
                return false;
            }
        }

        return true;
    }

    private static int Slot(int hash) => hash & (Size - 1);
}
