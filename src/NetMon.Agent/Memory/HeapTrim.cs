namespace NetMon.Agent.Memory;

/// <summary>
/// Gives memory back to the system once a burst is over, and once what only the start needed is garbage. The collector alone would keep it for ever: it
/// begins when something is allocated, and an agent at work allocates next to nothing.
/// </summary>
/// <remarks>
/// A collection holds up the capture loop for milliseconds, with a million flows for a tenth of a second, while records wait on the ring. So one is made only
/// where a part of the large tables that is worth while was let go of, and where nothing has been taken again since.
/// </remarks>
internal sealed class HeapTrim : IDisposable
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Looks after which the start is over.</summary>
    public const int StartLooks = 3;

    /// <summary>Looks for which nothing more was taken.</summary>
    public const int CalmLooks = 2;

    /// <summary>Bytes that are worth a collection, if they are also this part of what is in use.</summary>
    public const long Least = 8 << 20;
    public const double LeastPart = 0.25;

    private readonly Func<long> _used;
    private readonly Action _collect;
    private readonly ITimer _timer;
    private long _most;
    private long _last;
    private int _looks;
    private int _calm;

    /// <param name="used">Bytes of the tables that come and go.</param>
    /// <param name="collect">Gives garbage back to the system.</param>
    /// <param name="time">Its clock.</param>
    public HeapTrim(Func<long> used, Action collect, TimeProvider time)
    {
        _used = used;
        _collect = collect;
        _timer = time.CreateTimer(_ => Look(), state: null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var used = _used();
        _most = Math.Max(_most, used);
        _calm = used <= _last ? _calm + 1 : 0;
        _last = used;
        if (
            ++_looks == StartLooks
            || (_calm >= CalmLooks && _most - used >= Math.Max(Least, used * LeastPart))
        )
        {
            _collect();
            _most = used;
        }
    }
}
