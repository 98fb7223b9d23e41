using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Tests.Watching;

/// <summary>Keeps what a watcher told it, and checks the order in which it may.</summary>
internal sealed class RecordingSink<T>(Func<T, ObjectName> id) : IObjectSink<T>
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, T> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);
    private readonly List<string> _calls = [];
    private bool _inList;

    /// <summary>Thrown by the next <see cref="Apply"/>.</summary>
    public Exception? Fault { get; set; }

    /// <summary>All calls, as <c>begin, +a, -b, end, abort</c>.</summary>
    public string Calls
    {
        get
        {
            lock (_gate)
            {
                return string.Join(' ', _calls);
            }
        }
    }

    /// <summary>Names of the objects that there are.</summary>
    public string Known
    {
        get
        {
            lock (_gate)
            {
                return string.Join(' ', _known.Keys.Order(StringComparer.Ordinal));
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _known.Count;
            }
        }
    }

    public T Get(string name)
    {
        lock (_gate)
        {
            return _known[name];
        }
    }

    public void BeginList()
    {
        lock (_gate)
        {
            Assert.False(_inList);
            _inList = true;
            _listed.Clear();
            _calls.Add("begin");
        }
    }

    public void Apply(T item)
    {
        lock (_gate)
        {
            if (Fault is { } fault)
            {
                Fault = null;
                throw fault;
            }

            _known[id(item).Name] = item;
            _listed.Add(id(item).Name);
            _calls.Add("+" + id(item).Name);
        }
    }

    public void Delete(T item)
    {
        lock (_gate)
        {
            _known.Remove(id(item).Name);
            _calls.Add("-" + id(item).Name);
        }
    }

    public void EndList()
    {
        lock (_gate)
        {
            Assert.True(_inList);
            _inList = false;
            foreach (var name in _known.Keys.Where(name => !_listed.Contains(name)).ToArray())
            {
                _known.Remove(name);
            }

            _calls.Add("end");
        }
    }

    public void AbortList()
    {
        lock (_gate)
        {
            Assert.True(_inList);
            _inList = false;
            _calls.Add("abort");
        }
    }
}
