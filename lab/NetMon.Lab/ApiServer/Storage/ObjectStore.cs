using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer.Resources;

namespace NetMon.Lab.ApiServer.Storage;

/// <summary>All objects and their last changes, with one counter of resource versions, as etcd has.</summary>
internal sealed class ObjectStore(int historyPerResource, bool managedFields, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceType, ResourceHistory> _resources = ResourceTable.All.ToDictionary(
        type => type,
        _ => new ResourceHistory(historyPerResource)
    );
    private ulong _version = 1;
    private ulong _compacted;

    /// <summary>Of the last change of any resource.</summary>
    public ulong Version
    {
        get
        {
            lock (_lock)
            {
                return _version;
            }
        }
    }

    /// <summary>Creates, or replaces what has that name. Another UID is another object: the old one is deleted first.</summary>
    /// <exception cref="StoreException">The object's kind is not known, or the mode forbids it.</exception>
    public StoredObject Put(ResourceType type, JsonObject item, PutMode mode = PutMode.CreateOrReplace)
    {
        var name = NameOf(item);
        var space = type.Namespaced ? NamespaceOf(item) : "";
        var key = ObjectEncoder.KeyOf(type, space, name);
        lock (_lock)
        {
            var history = _resources[type];
            var before = history.Current.Find(key);
            Check(type, item, name, before, mode);
            var uid = item.Text("metadata", "uid");
            if (before is not null && uid.Length > 0 && uid != before.Uid)
            {
                history.Append(new Change(ChangeKind.Deleted, before.At(++_version), before));
                before = null;
            }

            var created = item.Text("metadata", "creationTimestamp");
            var set = new ServerSet(
                space,
                name,
                before?.Uid ?? (uid.Length > 0 ? uid : Guid.NewGuid().ToString()),
                ++_version,
                created.Length > 0 ? created : CreationOf(before),
                managedFields
            );
            var stored = ObjectEncoder.Encode(type, item, set);
            var kind = before is null ? ChangeKind.Added : ChangeKind.Modified;
            history.Append(new Change(kind, stored, before));
            return stored;
        }
    }

    /// <returns>The object as it was last; null if there is none.</returns>
    public StoredObject? Delete(ResourceType type, string space, string name)
    {
        lock (_lock)
        {
            var history = _resources[type];
            if (history.Current.Find(ObjectEncoder.KeyOf(type, space, name)) is not { } before)
            {
                return null;
            }

            var last = before.At(++_version);
            history.Append(new Change(ChangeKind.Deleted, last, before));
            return last;
        }
    }

    public StoredObject? Find(ResourceType type, string space, string name)
    {
        lock (_lock)
        {
            return _resources[type].Current.Find(ObjectEncoder.KeyOf(type, space, name));
        }
    }

    public Snapshot Now(ResourceType type)
    {
        lock (_lock)
        {
            return new Snapshot(_resources[type].Current, _version);
        }
    }

    /// <returns>Null if the history does not reach back so far, or that version is still to come.</returns>
    public Snapshot? At(ResourceType type, ulong version)
    {
        lock (_lock)
        {
            var history = _resources[type];
            return version < _compacted || version < history.Dropped || version > _version
                ? null
                : new Snapshot(history.At(version), version);
        }
    }

    /// <summary>The oldest version from which a watch can start.</summary>
    public ulong Oldest(ResourceType type)
    {
        lock (_lock)
        {
            return Math.Max(_compacted, _resources[type].Dropped);
        }
    }

    /// <summary>What a watch has to tell after <paramref name="version"/>.</summary>
    public HistoryPage After(ResourceType type, ulong version, int limit)
    {
        lock (_lock)
        {
            var history = _resources[type];
            var changes = history.After(version, limit);
            // A compaction takes nothing from a watch that has seen all of its resource's changes.
            var missed = version < history.Dropped;
            var seen = changes.Length == limit ? changes[^1].Version : Math.Max(version, _version);
            return new HistoryPage(changes, seen, missed, history.Changed);
        }
    }

    /// <summary>Forgets the history of every resource up to now.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _compacted = _version;
            foreach (var history in _resources.Values)
            {
                history.Compact(_version);
            }
        }
    }

    /// <summary>Goes back to an earlier version, as etcd does when a backup is restored: later versions are given out again.</summary>
    /// <exception cref="StoreException">The history does not reach back so far.</exception>
    public void Restore(ulong version)
    {
        lock (_lock)
        {
            foreach (var (type, history) in _resources)
            {
                var then =
                    At(type, version)
                    ?? throw new StoreException(410, "Expired", $"no history back to {version}");
                history.Restore(then.Objects);
            }

            _version = version;
            _compacted = version;
        }
    }

    private string CreationOf(StoredObject? before)
    {
        if (before is null)
        {
            return time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        }

        return JsonNode.Parse(before.MetadataJson).Text("creationTimestamp");
    }

    private static void Check(
        ResourceType type,
        JsonObject item,
        string name,
        StoredObject? before,
        PutMode mode
    )
    {
        if (mode == PutMode.Create && before is not null)
        {
            throw new StoreException(409, "AlreadyExists", $"{type.QualifiedName} \"{name}\" already exists");
        }

        if (mode != PutMode.Replace)
        {
            return;
        }

        if (before is null)
        {
            throw new StoreException(404, "NotFound", $"{type.QualifiedName} \"{name}\" not found");
        }

        var (version, uid) = (item.Text("metadata", "resourceVersion"), item.Text("metadata", "uid"));
        if (
            (version.Length > 0 && version != before.ResourceVersion.ToString())
            || (uid.Length > 0 && uid != before.Uid)
        )
        {
            throw new StoreException(
                409,
                "Conflict",
                $"Operation cannot be fulfilled on {type.QualifiedName} \"{name}\": the object has been modified; please apply your changes to the latest version and try again"
            );
        }
    }

    private static string NamespaceOf(JsonObject item) =>
        item.Text("metadata", "namespace") is { Length: > 0 } space ? space : "default";

    private static string NameOf(JsonObject item)
    {
        var name = item.Text("metadata", "name");
        if (name.Length > 0)
        {
            return name;
        }

        var prefix = item.Text("metadata", "generateName");
        return prefix.Length > 0
            ? prefix + Guid.NewGuid().ToString("N")[..5]
            : throw new StoreException(
                422,
                "Invalid",
                "metadata.name: Required value: name or generateName is required"
            );
    }
}

internal enum PutMode
{
    CreateOrReplace,
    Create,
    Replace,
}

/// <summary>The objects of one resource at one version of the whole store.</summary>
internal sealed record Snapshot(ResourceSet Objects, ulong Version);

/// <param name="Seen">Up to where the watch is with these changes.</param>
/// <param name="Missed">Changes were forgotten before the watch came to them.</param>
/// <param name="Next">Completes at the change after these.</param>
internal sealed record HistoryPage(Change[] Changes, ulong Seen, bool Missed, Task Next);

/// <summary>What the store refuses, as the API answers it.</summary>
internal sealed class StoreException(int code, string reason, string message) : Exception(message)
{
    public int Code { get; } = code;
    public string Reason { get; } = reason;
}
