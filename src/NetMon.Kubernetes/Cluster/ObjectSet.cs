using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Namespace (empty of what has none) and name: at one time there is one object of a resource with these.</summary>
internal readonly record struct ObjectKey(string Namespace, string Name)
{
    public static ObjectKey Of(in ObjectName id) => new(id.Namespace, id.Name);
}

/// <summary>The objects of one resource, with what all have in common: lists that mark and sweep, and the model's lock.</summary>
internal abstract class ObjectSet<T, TKey, TEntry>(ModelState state) : IObjectSink<T>
    where T : class
    where TKey : notnull
    where TEntry : Entry
{
    private int _generation;

    /// <summary>Objects that the API server told of.</summary>
    public int Count { get; private set; }

    /// <summary>Lists that came to their end.</summary>
    public int Lists { get; private set; }

    public bool WasListed => Lists > 0;

    /// <summary>Between the beginning of a list and its end.</summary>
    protected bool IsListing { get; private set; }

    protected ModelState State { get; } = state;

    /// <summary>By key; also those that only others name.</summary>
    protected Dictionary<TKey, TEntry> Entries { get; } = [];

    /// <summary>The objects' keys. To be used under the model's lock.</summary>
    internal IEnumerable<TKey> Keys => Entries.Keys;

    /// <summary>What is kept of the objects. To be used under the model's lock.</summary>
    internal IEnumerable<TEntry> All => Entries.Values;

    public void BeginList()
    {
        lock (State.Gate)
        {
            _generation++;
            IsListing = true;
        }
    }

    public void Apply(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        lock (State.Gate)
        {
            var key = KeyOf(item);
            if (Entries.TryGetValue(key, out var entry) && entry.IsTold && !IsSame(entry, item))
            {
                // Another object of this name: that the earlier one was deleted was not told, or is told late.
                Leave(key, entry, last: null);
                entry = Entries.GetValueOrDefault(key);
            }

            if (entry is null)
            {
                Entries.Add(key, entry = Make(item));
            }

            var isNew = !entry.IsTold;
            if (isNew)
            {
                entry.IsTold = true;
                Count++;
            }

            entry.Generation = _generation;
            Change(entry, item, isNew);
        }
    }

    public void Delete(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        lock (State.Gate)
        {
            var key = KeyOf(item);
            if (Entries.TryGetValue(key, out var entry) && entry.IsTold && IsSame(entry, item))
            {
                Leave(key, entry, item);
            }
        }
    }

    public void EndList()
    {
        lock (State.Gate)
        {
            var gone = new List<KeyValuePair<TKey, TEntry>>();
            foreach (var pair in Entries)
            {
                if (pair.Value.IsTold && pair.Value.Generation != _generation)
                {
                    gone.Add(pair);
                }
            }

            foreach (var (key, entry) in gone)
            {
                Leave(key, entry, last: null);
            }

            IsListing = false;
            OnListed();
            Lists++;
            State.Listed();
        }
    }

    public void AbortList()
    {
        lock (State.Gate)
        {
            IsListing = false;
            OnListed();
        }
    }

    protected abstract TKey KeyOf(T item);

    /// <summary>Whether it is this object, and not another that has its name.</summary>
    protected abstract bool IsSame(TEntry entry, T item);

    protected abstract TEntry Make(T item);

    /// <summary>Takes an object as it is now.</summary>
    protected abstract void Change(TEntry entry, T item, bool isNew);

    /// <summary>Takes that an object is gone.</summary>
    /// <param name="last">As it was last; null if that is not told.</param>
    protected abstract void End(TEntry entry, T? last);

    /// <summary>Whether others name an object that is gone, so that it has to stay.</summary>
    protected virtual bool IsNamed(TEntry entry) => false;

    /// <summary>A list has ended, well or not.</summary>
    protected virtual void OnListed() { }

    private void Leave(TKey key, TEntry entry, T? last)
    {
        entry.IsTold = false;
        Count--;
        End(entry, last);
        if (!IsNamed(entry))
        {
            Entries.Remove(key);
        }
    }
}
