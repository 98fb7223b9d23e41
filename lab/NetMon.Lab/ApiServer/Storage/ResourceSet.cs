using System.Collections.Immutable;

namespace NetMon.Lab.ApiServer.Storage;

/// <summary>The objects of one resource at one time, in the order of their keys. Never changes; a successor shares most of it.</summary>
internal sealed class ResourceSet
{
    public static readonly ResourceSet Empty = new(ImmutableSortedSet.Create<StoredObject>(new ByKey()));

    private readonly ImmutableSortedSet<StoredObject> _objects;

    private ResourceSet(ImmutableSortedSet<StoredObject> objects) => _objects = objects;

    public int Count => _objects.Count;

    public StoredObject? Find(string key) =>
        _objects.TryGetValue(StoredObject.Probe(key), out var found) ? found : null;

    public ResourceSet With(StoredObject item) => new(_objects.Remove(item).Add(item));

    public ResourceSet Without(string key) => new(_objects.Remove(StoredObject.Probe(key)));

    /// <summary>Those whose key starts with <paramref name="prefix"/>, from <paramref name="start"/> on.</summary>
    /// <param name="prefix">Empty, or <c>namespace/</c>.</param>
    /// <param name="start">A key, or the place where it would be; empty for the first.</param>
    public IEnumerable<StoredObject> Range(string prefix, string start)
    {
        if (prefix.Length == 0 && start.Length == 0)
        {
            return _objects;
        }

        return Walk(prefix, string.CompareOrdinal(start, prefix) > 0 ? start : prefix);
    }

    /// <summary>How many <see cref="Range"/> would find.</summary>
    public int CountFrom(string prefix, string start)
    {
        // '0' follows '/', so this is where the keys of the prefix end.
        var end = prefix.Length == 0 ? _objects.Count : PlaceOf(prefix[..^1] + "0");
        return end - PlaceOf(start);
    }

    private int PlaceOf(string key)
    {
        var index = _objects.IndexOf(StoredObject.Probe(key));
        return index < 0 ? ~index : index;
    }

    private IEnumerable<StoredObject> Walk(string prefix, string start)
    {
        for (var index = PlaceOf(start); index < _objects.Count; index++)
        {
            var item = _objects[index];
            if (!item.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield break;
            }

            yield return item;
        }
    }

    private sealed class ByKey : IComparer<StoredObject>
    {
        public int Compare(StoredObject? x, StoredObject? y) => string.CompareOrdinal(x?.Key, y?.Key);
    }
}
