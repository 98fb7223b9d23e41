using System.Numerics;
using System.Runtime.CompilerServices;

namespace NetMon.Agent.Attribution;

/// <summary>The flows that wait, by the time at which to look at them again. One thread only.</summary>
/// <remarks>
/// A timing wheel (Varghese, Lauck 1987): a ring of lists, each for 4 ms, some second in all; adding, removing and moving cost the same
/// however many wait. Places are in chunks that never move: a burst of flows takes what it needs and no more, and gives it back.
/// </remarks>
internal sealed class WaitingFlows
{
    private const int TickShift = 22; // 2^22 ns
    private const int WheelSize = 256;
    private const int None = -1;
    private const int ChunkBits = 8;
    private const int ChunkPlaces = 1 << ChunkBits;

    /// <summary>Chunks that stay when no flow waits: some 1.1 MiB, so that what is usual takes no memory anew.</summary>
    private const int ChunksKept = 16;

    private readonly int[] _heads = new int[WheelSize];
    private readonly List<WaitingFlow[]> _chunks = [];
    private int[] _due = new int[ChunkPlaces];
    private int _free = None;
    private int _touched;
    private int _room;
    private ulong _cursor;

    public WaitingFlows() => Array.Fill(_heads, None);

    public int Count { get; private set; }

    /// <summary>Bytes that there are for flows. Any thread.</summary>
    public long Bytes => (long)Volatile.Read(ref _room) * Unsafe.SizeOf<WaitingFlow>();

    public ref WaitingFlow this[int place] => ref _chunks[place >> ChunkBits][place & (ChunkPlaces - 1)];

    /// <returns>Its place, which stays until it is removed.</returns>
    public int Add(in WaitingFlow flow)
    {
        if (Count == 0)
        {
            _free = None;
            _touched = 0;
            _cursor = flow.DueNs >> TickShift;
        }

        int place;
        if (_free != None)
        {
            place = _free;
            _free = this[place].Next;
        }
        else
        {
            place = _touched++;
            if (place == _room)
            {
                _chunks.Add(new WaitingFlow[ChunkPlaces]);
                Volatile.Write(ref _room, _room + ChunkPlaces);
            }
        }

        this[place] = flow;
        Link(place);
        Count++;
        return place;
    }

    public void Remove(int place)
    {
        Unlink(place);
        Forget(place);
    }

    /// <summary>Takes the flows out of the wheel that are due. Each must be put back or dropped.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="all">Due or not.</param>
    /// <returns>Their places, in the order of the time; overwritten by the next call.</returns>
    public ReadOnlySpan<int> TakeDue(ulong nowNs, bool all = false)
    {
        var count = 0;
        if (Count == 0)
        {
            return [];
        }

        if (_due.Length < Count)
        {
            _due = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Count)];
        }

        var now = nowNs >> TickShift;
        var last = all || now - _cursor >= WheelSize ? _cursor + WheelSize - 1 : now;
        for (var tick = _cursor; tick <= last && (all || now >= _cursor); tick++)
        {
            var first = count;
            for (int place = _heads[tick % WheelSize], next; place != None; place = next)
            {
                next = this[place].Next;
                if (all || this[place].DueNs <= nowNs)
                {
                    Unlink(place);
                    _due[count++] = place;
                }
            }

            _due.AsSpan(first, count - first).Reverse(); // the youngest is the first of its list
        }

        _cursor = Math.Max(_cursor, now);
        return _due.AsSpan(0, count);
    }

    /// <summary>Puts a flow back that was due.</summary>
    public void PutBack(int place) => Link(place);

    /// <summary>Forgets a flow that was due.</summary>
    public void Drop(int place) => Forget(place);

    private void Forget(int place)
    {
        this[place].Next = _free;
        _free = place;
        Count--;
        if (Count == 0 && _chunks.Count > ChunksKept)
        {
            _chunks.RemoveRange(ChunksKept, _chunks.Count - ChunksKept);
            _chunks.TrimExcess();
            _due = new int[ChunkPlaces];
            Volatile.Write(ref _room, _chunks.Count * ChunkPlaces);
        }
    }

    private void Link(int place)
    {
        ref var item = ref this[place];
        var tick = Math.Clamp(item.DueNs >> TickShift, _cursor, _cursor + WheelSize - 1);
        ref var head = ref _heads[tick % WheelSize];
        item.Previous = None - 1 - (int)(tick % WheelSize); // the head of its list, below None
        item.Next = head;
        if (head != None)
        {
            this[head].Previous = place;
        }

        head = place;
    }

    private void Unlink(int place)
    {
        ref readonly var item = ref this[place];
        if (item.Previous >= 0)
        {
            this[item.Previous].Next = item.Next;
        }
        else
        {
            _heads[None - 1 - item.Previous] = item.Next;
        }

        if (item.Next != None)
        {
            this[item.Next].Previous = item.Previous;
        }
    }
}
