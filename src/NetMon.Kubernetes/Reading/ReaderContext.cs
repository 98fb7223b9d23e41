using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Reading;

/// <summary>What the reading of one resource's objects shares: strings, label lists and owners that come again and again, and what had to be left out.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class ReaderContext
{
    // Pods of one owner come one after the other, by their names.
    private const int Slots = 1024;

    private readonly KeyValuePair<string, string>[]?[] _labels = new KeyValuePair<string, string>[]?[Slots];
    private readonly OwnerReference?[] _owners = new OwnerReference?[Slots];

    public StringPool Strings { get; } = new();

    /// <summary>Labels and addresses that were left out of an object: beyond a limit, or not readable.</summary>
    public long ValuesIgnored { get; private set; }

    /// <summary>For the labels of the object that is being read.</summary>
    public List<KeyValuePair<string, string>> LabelBuffer { get; } = [];

    public void Ignore() => ValuesIgnored++;

    /// <summary>The one list of these labels.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Share(List<KeyValuePair<string, string>> labels)
    {
        if (labels.Count == 0)
        {
            return [];
        }

        var hash = new HashCode();
        foreach (var (key, value) in labels)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        ref var slot = ref _labels[(uint)hash.ToHashCode() % Slots];
        if (slot is null || !AreEqual(slot, labels))
        {
            slot = [.. labels];
        }

        return slot;
    }

    /// <summary>The one reference to this owner.</summary>
    public OwnerReference Share(string apiVersion, string kind, string name, string uid)
    {
        ref var slot = ref _owners[(uint)uid.GetHashCode(StringComparison.Ordinal) % Slots];
        if (
            slot is null
            || slot.Uid != uid
            || slot.Name != name
            || slot.Kind != kind
            || slot.ApiVersion != apiVersion
        )
        {
            slot = new OwnerReference(apiVersion, kind, name, uid);
        }

        return slot;
    }

    private static bool AreEqual(
        KeyValuePair<string, string>[] some,
        List<KeyValuePair<string, string>> others
    )
    {
        if (some.Length != others.Count)
        {
            return false;
        }

        for (var i = 0; i < some.Length; i++)
        {
            if (some[i].Key != others[i].Key || some[i].Value != others[i].Value)
            {
                return false;
            }
        }

        return true;
    }
}
