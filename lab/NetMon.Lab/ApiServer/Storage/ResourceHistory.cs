namespace NetMon.Lab.ApiServer.Storage;

/// <summary>The objects of one resource and their last changes. Callers hold the store's lock.</summary>
internal sealed class ResourceHistory(int capacity)
{
    // Versions ascend; the oldest are dropped in lumps, so that an append costs the same at any capacity.
    private readonly List<Change> _changes = [];
    private int _start;
    private TaskCompletionSource _changed = NewSignal();

    public ResourceSet Current { get; private set; } = ResourceSet.Empty;

    /// <summary>Version of the last change that is no longer kept: who has seen less has missed something.</summary>
    public ulong Dropped { get; private set; }

    /// <summary>Completes at the next change.</summary>
    public Task Changed => _changed.Task;

    public void Append(Change change)
    {
        Current =
            change.Kind == ChangeKind.Deleted
                ? Current.Without(change.Object.Key)
                : Current.With(change.Object);
        _changes.Add(change);
        if (_changes.Count - _start > capacity)
        {
            Dropped = _changes[_start++].Version;
        }

        TrimDropped();
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    /// <summary>Forgets the changes up to and including <paramref name="version"/>.</summary>
    public void Compact(ulong version)
    {
        var end = IndexAfter(version);
        if (end > _start)
        {
            Dropped = _changes[end - 1].Version;
            _start = end;
            TrimDropped();
        }
    }

    /// <summary>At most <paramref name="limit"/> changes after <paramref name="version"/>, the oldest first.</summary>
    public Change[] After(ulong version, int limit)
    {
        var index = IndexAfter(version);
        return [.. _changes[index..Math.Min(_changes.Count, index + limit)]];
    }

    /// <summary>The objects as they were at <paramref name="version"/>, which must not be older than <see cref="Dropped"/>.</summary>
    public ResourceSet At(ulong version)
    {
        var then = Current;
        for (var index = _changes.Count - 1; index >= _start && _changes[index].Version > version; index--)
        {
            var change = _changes[index];
            then = change.Before is { } before ? then.With(before) : then.Without(change.Object.Key);
        }

        return then;
    }

    /// <summary>Goes back to <paramref name="then"/> and forgets everything, as a restored backup does.</summary>
    public void Restore(ResourceSet then)
    {
        Current = then;
        _changes.Clear();
        _start = 0;
        Dropped = 0;
    }

    private int IndexAfter(ulong version)
    {
        var (low, high) = (_start, _changes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _changes[middle].Version > version ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private void TrimDropped()
    {
        if (_start > 1024 && _start > _changes.Count / 2)
        {
            _changes.RemoveRange(0, _start);
            _start = 0;
        }
    }

    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
