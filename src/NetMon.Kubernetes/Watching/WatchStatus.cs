namespace NetMon.Kubernetes.Watching;

/// <param name="Verb"><c>list</c> or <c>watch</c>.</param>
/// <param name="Code">HTTP status code of the answer.</param>
public readonly record struct RequestKind(string Verb, int Code);

/// <summary>How the watching of one resource stands. All counts are since the start and never decrease.</summary>
public sealed record WatchSnapshot
{
    /// <summary>Plural name: pods, endpointslices.</summary>
    public required string Resource { get; init; }

    /// <summary>All objects were told at least once.</summary>
    public bool IsSynced { get; init; }

    /// <summary>The watch is running now.</summary>
    public bool IsWatching { get; init; }

    /// <summary>When the last event came, bookmarks included; null: none yet.</summary>
    public DateTimeOffset? LastEvent { get; init; }

    /// <summary>How long it took to be told all objects, the last time; null: not yet.</summary>
    public TimeSpan? LastListDuration { get; init; }

    /// <summary>How many objects there were, the last time that all were told.</summary>
    public long LastListObjects { get; init; }

    /// <summary>How often all objects were told.</summary>
    public long Lists { get; init; }

    /// <summary>JSON read, after decompression.</summary>
    public long BytesRead { get; init; }

    /// <summary>Objects told, in lists and events.</summary>
    public long ObjectsRead { get; init; }

    /// <summary>Objects that could not be read, and were left out.</summary>
    public long ObjectsUnreadable { get; init; }

    /// <summary>Labels beyond 64 or too long, and addresses that are none: left out of their objects.</summary>
    public long ValuesIgnored { get; init; }

    /// <summary>Answers of the API server.</summary>
    public IReadOnlyDictionary<RequestKind, long> Requests { get; init; } =
        new Dictionary<RequestKind, long>();

    /// <summary>Failures, by the words in <see cref="Client.ErrorReasons"/>.</summary>
    public IReadOnlyDictionary<string, long> Errors { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Ends of watches, by reason: ended (by the server, in time), resync, or a word of <see cref="Errors"/>.</summary>
    public IReadOnlyDictionary<string, long> Restarts { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>What is wrong now, in one line; null: nothing.</summary>
    public string? Trouble { get; init; }
}

/// <summary>How the watching of one resource stands. Written by its loop, read by any thread.</summary>
public sealed class WatchStatus
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RequestKind, long> _requests = [];
    private readonly Dictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _restarts = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isWatching;
    private DateTimeOffset? _lastEvent;
    private (TimeSpan Duration, long Objects) _lastList;
    private long _lists;
    private long _bytes;
    private long _objects;
    private long _unreadable;
    private long _ignored;
    private string? _trouble;

    internal WatchStatus(string resource) => Resource = resource;

    /// <summary>Plural name: pods, endpointslices.</summary>
    public string Resource { get; }

    /// <summary>Ends once all objects were told.</summary>
    public Task Synced => _synced.Task;

    public bool IsSynced => _synced.Task.IsCompletedSuccessfully;

    public WatchSnapshot Snapshot()
    {
        lock (_gate)
        {
            return new WatchSnapshot
            {
                Resource = Resource,
                IsSynced = _lists > 0,
                IsWatching = _isWatching,
                LastEvent = _lastEvent,
                LastListDuration = _lists > 0 ? _lastList.Duration : null,
                LastListObjects = _lastList.Objects,
                Lists = _lists,
                BytesRead = _bytes,
                ObjectsRead = _objects,
                ObjectsUnreadable = _unreadable,
                ValuesIgnored = _ignored,
                Trouble = _trouble,
                Requests = new Dictionary<RequestKind, long>(_requests),
                Errors = new Dictionary<string, long>(_errors, StringComparer.Ordinal),
                Restarts = new Dictionary<string, long>(_restarts, StringComparer.Ordinal),
            };
        }
    }

    internal void Answered(string verb, int code)
    {
        lock (_gate)
        {
            var kind = new RequestKind(verb, code);
            _requests[kind] = _requests.GetValueOrDefault(kind) + 1;
        }
    }

    /// <summary>An object came.</summary>
    /// <param name="ignored">Values left out of all objects so far.</param>
    internal void Read(bool isReadable, long ignored)
    {
        lock (_gate)
        {
            _objects++;
            _unreadable += isReadable ? 0 : 1;
            _ignored = ignored;
        }
    }

    internal void ReadBytes(long count)
    {
        lock (_gate)
        {
            _bytes += count;
        }
    }

    internal void Event(DateTimeOffset time)
    {
        lock (_gate)
        {
            _lastEvent = time;
        }
    }

    internal void Listed(long objects, TimeSpan duration)
    {
        lock (_gate)
        {
            _lists++;
            _lastList = (duration, objects);
        }

        _synced.TrySetResult();
    }

    internal void Watching(bool isWatching)
    {
        lock (_gate)
        {
            _isWatching = isWatching;
            _trouble = isWatching ? null : _trouble;
        }
    }

    internal void Failed(string reason, string message)
    {
        lock (_gate)
        {
            _errors[reason] = _errors.GetValueOrDefault(reason) + 1;
            _trouble = message;
        }
    }

    internal void Restarted(string reason)
    {
        lock (_gate)
        {
            _restarts[reason] = _restarts.GetValueOrDefault(reason) + 1;
        }
    }
}
