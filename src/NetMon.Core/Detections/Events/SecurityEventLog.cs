namespace NetMon.Core.Detections.Events;

/// <summary>The last events, each as it stood last, and those who want to hear of changes. Any thread.</summary>
/// <param name="capacity">Events at most; when it is full the oldest that is over goes, else the oldest.</param>
public sealed class SecurityEventLog(int capacity = SecurityEventLog.DefaultCapacity)
{
    public const int DefaultCapacity = 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<SecurityEvent> _order = [];
    private readonly Dictionary<long, LinkedListNode<SecurityEvent>> _byId = [];
    private volatile Action<SecurityEvent>[] _listeners = [];
    private long _dropped;

    /// <summary>Events that gave way to younger ones.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byId.Count;
            }
        }
    }

    /// <summary>Takes an event, or what became of it.</summary>
    public void Add(SecurityEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        lock (_gate)
        {
            if (_byId.TryGetValue(told.Id, out var known))
            {
                known.Value = told;
            }
            else if (told.Step == SecurityEventStep.Begin)
            {
                MakeRoom();
                _byId.Add(told.Id, _order.AddLast(told));
            }
        }

        foreach (var listener in _listeners)
        {
            listener(told);
        }
    }

    /// <summary>The events that pass, youngest first.</summary>
    /// <param name="passes">Asked of each.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="total">How many there are.</param>
    public IReadOnlyList<SecurityEvent> List(Func<SecurityEvent, bool> passes, int limit, out int total)
    {
        ArgumentNullException.ThrowIfNull(passes);
        var events = new List<SecurityEvent>();
        total = 0;
        lock (_gate)
        {
            for (var node = _order.Last; node is not null; node = node.Previous)
            {
                if (passes(node.Value))
                {
                    total++;
                    if (events.Count < limit)
                    {
                        events.Add(node.Value);
                    }
                }
            }
        }

        return events;
    }

    /// <summary>Calls back with each change, on the detections' thread: it must not wait.</summary>
    /// <returns>Ends it.</returns>
    public IDisposable Listen(Action<SecurityEvent> listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners, listener];
        }

        return new Listening(this, listener);
    }

    private void MakeRoom()
    {
        if (_byId.Count < capacity)
        {
            return;
        }

        var victim = _order.First!;
        for (var node = _order.First; node is not null; node = node.Next)
        {
            if (!node.Value.IsOngoing)
            {
                victim = node;
                break;
            }
        }

        _order.Remove(victim);
        _byId.Remove(victim.Value.Id);
        Volatile.Write(ref _dropped, _dropped + 1);
    }

    private sealed class Listening(SecurityEventLog log, Action<SecurityEvent> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (log._gate)
            {
                log._listeners = [.. log._listeners.Where(each => each != listener)];
            }
        }
    }
}
