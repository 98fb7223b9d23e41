using System.Diagnostics;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>
/// The flows that failed, or were broken off, and ended lately: most failures are known for certain only at the flow's end. In fixed memory, the oldest
/// give way. The capture loop adds; any thread may read.
/// </summary>
/// <param name="capacity">How many at most.</param>
/// <param name="kept">How long, since the end.</param>
internal sealed class RecentFailures(int capacity, TimeSpan kept)
{
    private readonly Lock _lock = new();
    private ulong _keptNs = (ulong)kept.TotalNanoseconds;
    private readonly (Flow Flow, ulong EndNs)[] _items = new (Flow, ulong)[capacity];
    private int _next;
    private bool _shed;
    private long _shedCount;

    /// <summary>How long, since the end. From any thread.</summary>
    public TimeSpan Kept
    {
        get => TimeSpan.FromMicroseconds(Volatile.Read(ref _keptNs) / 1000.0);
        set => Volatile.Write(ref _keptNs, (ulong)value.TotalNanoseconds);
    }

    /// <summary>What was forgotten to save memory. Any thread.</summary>
    public long ShedCount => Volatile.Read(ref _shedCount);

    /// <summary>Forgets all, and remembers none for now; or remembers again. Any thread.</summary>
    public void Shed(bool shed)
    {
        lock (_lock)
        {
            _shed = shed;
            if (shed)
            {
                _shedCount += _items.Count(item => item.EndNs != 0);
                Array.Clear(_items);
            }
        }
    }

    /// <summary>Remembers a flow that has ended, if it failed.</summary>
    public void Add(in Flow flow)
    {
        if (flow.Cause == FlowCause.None)
        {
            return;
        }

        lock (_lock)
        {
            if (_shed)
            {
                _shedCount++;
                return;
            }

            ref var item = ref _items[_next];
            item.Flow = flow;
            item.EndNs = (ulong)Stopwatch.GetTimestamp();
            _next = (_next + 1) % capacity;
        }
    }

    /// <summary>Those that pass a filter.</summary>
    public Flow[] Find(FlowFilter filter)
    {
        // The lock is held for a copy alone, some 0.1 ms, since the capture loop may wait for it.
        var items = new (Flow Flow, ulong EndNs)[capacity];
        lock (_lock)
        {
            _items.CopyTo(items, 0);
        }

        var now = (ulong)Stopwatch.GetTimestamp();
        var keptNs = Volatile.Read(ref _keptNs);
        var found = new List<Flow>();
        foreach (ref readonly var item in items.AsSpan())
        {
            if (item.EndNs != 0 && now - item.EndNs < keptNs && filter.Matches(in item.Flow))
            {
                found.Add(item.Flow);
            }
        }

        return [.. found];
    }
}
