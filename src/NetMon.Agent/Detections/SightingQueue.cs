using NetMon.Core.Detections;

namespace NetMon.Agent.Detections;

/// <summary>Sightings on their way from the capture loop to the detections: one writer, one reader, no lock, a fixed number of places.</summary>
internal sealed class SightingQueue
{
    /// <summary>1.5 MB; at 100,000 sightings a second more than two of the reader's looks.</summary>
    public const int DefaultCapacity = 8192;

    private readonly FlowSighting[] _places;
    private readonly int _mask;
    private long _head;
    private long _tail;
    private long _knownHead;
    private long _lost;

    /// <param name="capacity">A power of two.</param>
    public SightingQueue(int capacity = DefaultCapacity)
    {
        _places = new FlowSighting[capacity];
        _mask = capacity - 1;
    }

    /// <summary>Sightings that found the queue full.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Half of the places are taken. The writer's, and only as good as its last look at the reader.</summary>
    public bool IsHalfFull => _tail - _knownHead > _places.Length / 2;

    /// <summary>The next free place, to be written and then given by <see cref="Push"/>. The writer's.</summary>
    /// <returns>False if there is none: the sighting is lost, and counted.</returns>
    public bool TryTake(out int place)
    {
        place = (int)_tail & _mask;
        if (_tail - _knownHead < _places.Length / 2)
        {
            return true;
        }

        _knownHead = Volatile.Read(ref _head);
        if (_tail - _knownHead < _places.Length)
        {
            return true;
        }

        Volatile.Write(ref _lost, _lost + 1);
        return false;
    }

    public ref FlowSighting this[int place] => ref _places[place];

    public void Push() => Volatile.Write(ref _tail, _tail + 1);

    /// <summary>The oldest sightings, as many as lie together; to be given back by <see cref="Release"/>. The reader's.</summary>
    public Span<FlowSighting> Peek()
    {
        var head = _head;
        var start = (int)head & _mask;
        var count = (int)Math.Min(Volatile.Read(ref _tail) - head, _places.Length - start);
        return _places.AsSpan(start, count);
    }

    public void Release(int count) => Volatile.Write(ref _head, _head + count);
}
