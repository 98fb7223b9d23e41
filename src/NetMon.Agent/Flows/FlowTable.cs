using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>The active flows, by identity: the kernel's key and the time of the first packet.</summary>
/// <remarks>The capture loop writes; any thread may read flows (<see cref="SlotLimit"/>, <see cref="TryRead"/>) and <see cref="Count"/>.</remarks>
internal sealed class FlowTable
{
    private readonly FlowSlabs _slabs;
    private readonly FlowIndex _index = new();
    private int _count;

    /// <param name="capacity">Flows at most.</param>
    public FlowTable(int capacity)
    {
        Capacity = capacity;
        _slabs = new FlowSlabs(capacity);
    }

    public int Capacity { get; }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Slabs of memory in use.</summary>
    public int SlabCount => _slabs.SlabCount;

    /// <summary>Every flow's slot is below.</summary>
    public int SlotLimit => _slabs.SlotLimit;

    /// <summary>The entry in a slot that is in use. The writer's.</summary>
    public ref FlowEntry this[int slot] => ref _slabs[slot];

    /// <returns>The flow's slot; -1 if it is not there. The writer's.</returns>
    public int Find(in FlowKey key, ulong startNs) =>
        _index.Find(FlowHash.Of(in key, startNs), in key, startNs, _slabs);

    /// <summary>Makes room for a flow that is not there; no reader sees it before <see cref="Commit"/>. The writer's.</summary>
    /// <returns>The slot; -1 if the table is full.</returns>
    public int Add(in FlowKey key, ulong startNs)
    {
        if (_count >= Capacity || !_slabs.TryTake(out var slot))
        {
            return -1;
        }

        ref var entry = ref _slabs[slot];
        entry.Key = key;
        entry.Flow.StartNs = startNs;
        _index.Add(FlowHash.Of(in key, startNs), slot);
        Volatile.Write(ref _count, _count + 1);
        return slot;
    }

    /// <summary>Shows readers a flow as it is now. The writer's.</summary>
    public void Commit(int slot, in Flow flow) => _slabs.Commit(slot, in flow);

    /// <summary>Forgets a flow. The writer's.</summary>
    public void Remove(int slot)
    {
        ref readonly var entry = ref _slabs[slot];
        _index.Remove(FlowHash.Of(in entry.Key, entry.Flow.StartNs), slot);
        _slabs.Release(slot);
        Volatile.Write(ref _count, _count - 1);
    }

    /// <summary>Copies the flow of a slot. From any thread.</summary>
    /// <returns>False if the slot has none now.</returns>
    public bool TryRead(int slot, out Flow flow) => _slabs.TryRead(slot, out flow);
}
