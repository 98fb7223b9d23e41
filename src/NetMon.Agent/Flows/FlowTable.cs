using System.Runtime.CompilerServices;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>The active flows, by identity: the kernel's key and the time of the first packet. Those that are translated are found by their twin's key, too.</summary>
/// <remarks>The capture loop writes; any thread may read flows (<see cref="SlotLimit"/>, <see cref="TryRead"/>) and <see cref="Count"/>.</remarks>
internal sealed class FlowTable
{
    private readonly FlowSlabs _slabs;
    private readonly FlowIndex _index = new();
    private readonly FlowIndex _twins = new();
    private int _count;
    private volatile bool _closed;
    private volatile int _room = int.MaxValue;
    private long _refused;

    /// <param name="capacity">Flows at most.</param>
    public FlowTable(int capacity)
    {
        Capacity = capacity;
        _slabs = new FlowSlabs(capacity);
    }

    public int Capacity { get; }

    public int Count => Volatile.Read(ref _count);

    /// <summary>No further flows for now. Any thread.</summary>
    public bool Closed
    {
        get => _closed;
        set => _closed = value;
    }

    /// <summary>Flows that there may be more for now. Any thread.</summary>
    public int Room
    {
        get => _room;
        set => _room = value;
    }

    /// <summary>Flows that found it closed, or without room. Any thread.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Slabs of memory in use.</summary>
    public int SlabCount => _slabs.SlabCount;

    /// <summary>Bytes that the entries take. Any thread.</summary>
    public long Bytes => (long)_slabs.SlabCount * FlowSlabs.SlabSize * Unsafe.SizeOf<FlowEntry>();

    /// <summary>Every flow's slot is below.</summary>
    public int SlotLimit => _slabs.SlotLimit;

    /// <summary>What the entry of any slot below the limit is. The writer's.</summary>
    public FlowRole RoleOf(int slot) => _slabs.RoleOf(slot);

    /// <summary>The entry in a slot that is in use. The writer's.</summary>
    public ref FlowEntry this[int slot] => ref _slabs[slot];

    /// <returns>The flow's slot; -1 if it is not there. The writer's.</returns>
    public int Find(in FlowKey key, ulong startNs)
    {
        var match = new IdentityMatch(_slabs, in key, startNs);
        return _index.Find(FlowHash.Of(in key), ref match);
    }

    /// <returns>The slot of the flow that used a tuple last; -1 if there is none. The writer's.</returns>
    public int FindLatest(in FlowKey key)
    {
        var match = new LatestMatch(_slabs, in key);
        _index.Find(FlowHash.Of(in key), ref match);
        return match.Slot;
    }

    /// <returns>A flow whose packets have this key on the other side of their translation; -1 if there is none. The writer's.</returns>
    public int FindTwin(in FlowKey key)
    {
        var match = new TwinMatch(_slabs, in key);
        return _twins.Find(FlowHash.Of(in key), ref match);
    }

    /// <summary>Remembers the key that a flow's packets have on the other side of their translation. The writer's.</summary>
    public void Link(int slot, in FlowKey twin)
    {
        Unlink(slot);
        _slabs[slot].Twin = twin;
        _twins.Add(FlowHash.Of(in twin), slot);
    }

    /// <summary>Makes room for a flow that is not there; no reader sees it before <see cref="Commit"/>. The writer's.</summary>
    /// <returns>The slot; -1 if the table is full.</returns>
    public int Add(in FlowKey key, ulong startNs)
    {
        if (_closed || _room <= 0)
        {
            Volatile.Write(ref _refused, _refused + 1);
            return -1;
        }

        if (_count >= Capacity || !_slabs.TryTake(out var slot))
        {
            return -1;
        }

        if (_room != int.MaxValue)
        {
            Interlocked.Decrement(ref _room);
        }

        ref var entry = ref _slabs[slot];
        entry.Key = key;
        entry.Twin = default;
        entry.IsBehind = false;
        entry.Flow.StartNs = startNs;
        entry.Series = default;
        entry.RecordNs = 0;
        entry.NoEndpoints = false;
        entry.Role = FlowRole.Waiting;
        _index.Add(FlowHash.Of(in key), slot);
        Volatile.Write(ref _count, _count + 1);
        return slot;
    }

    /// <summary>Shows readers a flow as it is now. The writer's.</summary>
    public void Commit(int slot, in Flow flow) => _slabs.Commit(slot, in flow);

    /// <summary>Forgets a flow. The writer's.</summary>
    public void Remove(int slot)
    {
        Unlink(slot);
        _index.Remove(FlowHash.Of(in _slabs[slot].Key), slot);
        _slabs.Release(slot);
        Volatile.Write(ref _count, _count - 1);
    }

    /// <summary>Copies the flow of a slot. From any thread.</summary>
    /// <returns>False if the slot has none now.</returns>
    public bool TryRead(int slot, out Flow flow) => _slabs.TryRead(slot, out flow);

    private void Unlink(int slot)
    {
        ref readonly var twin = ref _slabs[slot].Twin;
        if (twin.Protocol != 0)
        {
            _twins.Remove(FlowHash.Of(in twin), slot);
        }
    }

    private readonly struct IdentityMatch(FlowSlabs slabs, in FlowKey key, ulong startNs) : ISlotMatch
    {
        private readonly FlowKey _key = key;

        public bool Accepts(int slot)
        {
            ref readonly var entry = ref slabs[slot];
            return entry.Flow.StartNs == startNs && FlowKeys.AreEqual(in entry.Key, in _key);
        }
    }

    private struct LatestMatch(FlowSlabs slabs, in FlowKey key) : ISlotMatch
    {
        private readonly FlowKey _key = key;
        private ulong _startNs;

        public int Slot { get; private set; } = -1;

        public bool Accepts(int slot)
        {
            ref readonly var entry = ref slabs[slot];
            if (FlowKeys.AreEqual(in entry.Key, in _key) && (Slot < 0 || entry.Flow.StartNs > _startNs))
            {
                Slot = slot;
                _startNs = entry.Flow.StartNs;
            }

            return false;
        }
    }

    private readonly struct TwinMatch(FlowSlabs slabs, in FlowKey key) : ISlotMatch
    {
        private readonly FlowKey _key = key;

        public bool Accepts(int slot) => FlowKeys.AreEqual(in slabs[slot].Twin, in _key);
    }
}
