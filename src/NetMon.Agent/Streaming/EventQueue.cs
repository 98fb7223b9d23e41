using NetMon.Core.Flows;

namespace NetMon.Agent.Streaming;

/// <summary>A bounded queue of flow events between the capture loop and one reader. When it is full the oldest event gives way.</summary>
/// <remarks>
/// Positions only grow; position p lies in segment (p / 1024) modulo the number of segments, of which there is one more than the
/// capacity needs, so that head and tail never share one while they are a lap apart. A segment is memory only while the positions in
/// it are in use: a reader that keeps up costs one or two. Each call holds the lock for a few microseconds at most.
/// </remarks>
internal sealed class EventQueue
{
    private const int SegmentShift = 10;
    private const int SegmentSize = 1 << SegmentShift;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly FlowEvent[]?[] _segments;
    private FlowEvent[]? _spare;
    private long _head;
    private long _tail;
    private long _lost;
    private int _limit;
    private long _movedAt;

    /// <param name="capacity">Events at most; rounded up to whole segments of 1,024.</param>
    /// <param name="time">For <see cref="Waiting"/>.</param>
    public EventQueue(int capacity, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        var segments = (capacity + SegmentSize - 1) / SegmentSize;
        _segments = new FlowEvent[segments + 1][];
        Capacity = segments * SegmentSize;
        _limit = Capacity;
        _time = time;
        _movedAt = time.GetTimestamp();
    }

    public int Capacity { get; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return (int)(_tail - _head);
            }
        }
    }

    /// <summary>Time since the reader last took something, or since there was something again for it to take.</summary>
    public TimeSpan Waiting
    {
        get
        {
            lock (_gate)
            {
                return _time.GetElapsedTime(_movedAt);
            }
        }
    }

    /// <summary>Lets <see cref="Waiting"/> begin anew.</summary>
    public void Touch()
    {
        lock (_gate)
        {
            _movedAt = _time.GetTimestamp();
        }
    }

    /// <summary>Holds less from now on, or as much as before; the oldest give way at once.</summary>
    /// <returns>How many.</returns>
    public int Shorten(int limit)
    {
        lock (_gate)
        {
            _limit = Math.Min(limit, Capacity);
            var excess = 0;
            while (_tail - _head > _limit)
            {
                Advance(_head + 1);
                excess++;
            }

            _lost += excess;
            _spare = null;
            return excess;
        }
    }

    /// <returns>Whether another event had to give way.</returns>
    public bool Push(in FlowEvent step)
    {
        lock (_gate)
        {
            var full = _tail - _head >= _limit;
            if (full)
            {
                Advance(_head + 1);
                _lost++;
            }

            ref var segment = ref _segments[SegmentOf(_tail)];
            if (segment is null)
            {
                segment = _spare ?? new FlowEvent[SegmentSize];
                _spare = null;
            }

            if (_tail == _head)
            {
                _movedAt = _time.GetTimestamp();
            }

            segment[_tail & (SegmentSize - 1)] = step;
            _tail++;
            return full;
        }
    }

    /// <summary>Takes the oldest events.</summary>
    /// <param name="events">Where they go.</param>
    /// <param name="lost">Events that gave way since the last call: all of them older than those taken.</param>
    /// <returns>Events taken; fewer than there is room for when no more are there, or at the end of a segment.</returns>
    public int Take(Span<FlowEvent> events, out long lost)
    {
        lock (_gate)
        {
            lost = _lost;
            _lost = 0;
            var start = (int)(_head & (SegmentSize - 1));
            var count = (int)Math.Min(Math.Min(_tail - _head, events.Length), SegmentSize - start);
            if (count > 0)
            {
                _segments[SegmentOf(_head)].AsSpan(start, count).CopyTo(events);
                Advance(_head + count);
                _movedAt = _time.GetTimestamp();
            }

            return count;
        }
    }

    private int SegmentOf(long position) => (int)((position >> SegmentShift) % _segments.Length);

    private void Advance(long head)
    {
        if (head >> SegmentShift != _head >> SegmentShift)
        {
            ref var left = ref _segments[SegmentOf(_head)];
            _spare ??= left;
            left = null;
        }

        _head = head;
    }
}
