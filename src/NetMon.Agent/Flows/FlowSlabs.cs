using System.Numerics;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>Memory for flow entries, taken and given back in slabs. A slot is the number of a place, and stays while the flow lives.</summary>
/// <remarks>
/// One thread writes. Any number of others read without a lock, each entry by itself (a sequence lock):
/// <code>
///   writer: version odd | write | version even        reader: version even? | copy | the same version? else again
/// </code>
/// so that a reader of a million flows never holds up the writer. The lowest slab with room is filled first, which lets the
/// others run empty and go.
/// </remarks>
internal sealed class FlowSlabs
{
    private const int SlabShift = 10;
    private const int NoSlot = -1;

    /// <summary>Entries of a slab: some 600 KiB, little enough to clear within 0.1 ms.</summary>
    public const int SlabSize = 1 << SlabShift;

    private readonly FlowEntry[]?[] _slabs;
    private readonly SlabUse[] _use;
    private readonly ulong[] _withRoom;
    private FlowEntry[]? _spare;
    private int _slabLimit;

    /// <param name="capacity">Entries at most; rounded up to whole slabs.</param>
    public FlowSlabs(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        var count = (int)(((long)capacity + SlabSize - 1) / SlabSize);
        _slabs = new FlowEntry[count][];
        _use = new SlabUse[count];
        _withRoom = new ulong[(count + 63) / 64];
        for (var i = 0; i < count; i++)
        {
            _use[i].FirstFree = NoSlot;
            _withRoom[i / 64] |= 1ul << (i % 64);
        }
    }

    /// <summary>Every slot in use is below.</summary>
    public int SlotLimit => Volatile.Read(ref _slabLimit) << SlabShift;

    /// <summary>Slabs in memory, the spare one included.</summary>
    public int SlabCount { get; private set; }

    /// <summary>The entry in a slot that is in use. The writer's.</summary>
    public ref FlowEntry this[int slot] => ref _slabs[slot >> SlabShift]![slot & (SlabSize - 1)];

    /// <summary>What the entry of any slot below the limit is. The writer's.</summary>
    public FlowRole RoleOf(int slot) =>
        _slabs[slot >> SlabShift] is { } slab ? slab[slot & (SlabSize - 1)].Role : FlowRole.None;

    /// <summary>Takes a free place, which no reader sees before <see cref="Commit"/>. The writer's.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryTake(out int slot)
    {
        slot = NoSlot;
        var number = FirstWithRoom();
        if (number < 0)
        {
            return false;
        }

        var slab = _slabs[number] ?? AddSlab(number);
        ref var use = ref _use[number];
        int place;
        if (use.FirstFree != NoSlot)
        {
            place = use.FirstFree;
            use.FirstFree = slab[place].NextFree;
        }
        else
        {
            place = use.Touched++;
        }

        use.Count++;
        if (use.Count == SlabSize)
        {
            _withRoom[number / 64] &= ~(1ul << (number % 64));
        }

        slot = (number << SlabShift) | place;
        return true;
    }

    /// <summary>Shows readers a flow as it is now. The writer's.</summary>
    public void Commit(int slot, in Flow flow)
    {
        ref var entry = ref this[slot];
        var version = entry.Version;
        entry.Version = version + 1;
        Volatile.WriteBarrier();
        entry.Flow = flow;
        entry.Live = true;
        Volatile.Write(ref entry.Version, version + 2);
    }

    /// <summary>Gives a place back. The writer's.</summary>
    public void Release(int slot)
    {
        var number = slot >> SlabShift;
        ref var entry = ref this[slot];
        var version = entry.Version;
        entry.Version = version + 1;
        Volatile.WriteBarrier();
        entry.Live = false;
        entry.Role = FlowRole.None;
        entry.Flow.Attribution = default; // its pods may be garbage, as its processes and drops
        entry.Flow.SourceOwner = null;
        entry.Flow.DestinationOwner = null;
        entry.Flow.Drops = null;
        Volatile.Write(ref entry.Version, version + 2);

        ref var use = ref _use[number];
        entry.NextFree = use.FirstFree;
        use.FirstFree = slot & (SlabSize - 1);
        use.Count--;
        _withRoom[number / 64] |= 1ul << (number % 64);
        if (use.Count == 0)
        {
            RemoveSlab(number);
        }
    }

    /// <summary>Copies the flow of a slot. From any thread.</summary>
    /// <returns>False if the slot has none now.</returns>
    public bool TryRead(int slot, out Flow flow)
    {
        flow = default;
        var number = slot >> SlabShift;
        var slab = number < _slabs.Length ? Volatile.Read(ref _slabs[number]) : null;
        if (slab is null)
        {
            return false;
        }

        ref var entry = ref slab[slot & (SlabSize - 1)];
        var spin = default(SpinWait);
        while (true)
        {
            var version = Volatile.Read(ref entry.Version);
            if ((version & 1) == 0)
            {
                if (!entry.Live)
                {
                    return false;
                }

                flow = entry.Flow;
                Volatile.ReadBarrier();
                if (Volatile.Read(ref entry.Version) == version)
                {
                    return true;
                }
            }

            spin.SpinOnce();
        }
    }

    private int FirstWithRoom()
    {
        for (var i = 0; i < _withRoom.Length; i++)
        {
            if (_withRoom[i] != 0)
            {
                return (i * 64) + BitOperations.TrailingZeroCount(_withRoom[i]);
            }
        }

        return -1;
    }

    private FlowEntry[] AddSlab(int number)
    {
        var slab = _spare ?? new FlowEntry[SlabSize];
        if (_spare is null)
        {
            SlabCount++;
        }

        _spare = null;
        _use[number] = new SlabUse { FirstFree = NoSlot };
        Volatile.Write(ref _slabs[number], slab);
        if (number >= _slabLimit)
        {
            Volatile.Write(ref _slabLimit, number + 1);
        }

        return slab;
    }

    // One empty slab is kept, or a flow that comes and goes at the edge would take and give back memory each time.
    private void RemoveSlab(int number)
    {
        if (_spare is null)
        {
            _spare = _slabs[number];
        }
        else
        {
            SlabCount--;
        }

        Volatile.Write(ref _slabs[number], null);
        var limit = _slabLimit;
        while (limit > 0 && _slabs[limit - 1] is null)
        {
            limit--;
        }

        Volatile.Write(ref _slabLimit, limit);
    }

    private struct SlabUse
    {
        public int Count;

        /// <summary>Places from here on were never taken since the slab came.</summary>
        public int Touched;
        public int FirstFree;
    }
}
