using NetMon.Agent.Flows;
using NetMon.Core.Detections;

namespace NetMon.Agent.Detections;

/// <summary>New flows until they had time for an answer. Each is examined once: when that is over, or at its end if that is sooner.</summary>
internal sealed class Examinations
{
    /// <summary>20,000 new flows a second for six seconds: 3 MB when it is full.</summary>
    public const int DefaultCapacity = 1 << 17;

    private readonly FlowTable _table;
    private readonly ulong _waitNs;
    private readonly Due[] _ring;
    private readonly ulong[] _examined;
    private long _head;
    private long _tail;
    private long _lost;

    public Examinations(FlowTable table, TimeSpan wait, int capacity = DefaultCapacity)
    {
        _table = table;
        _waitNs = (ulong)wait.Ticks * (ulong)TimeSpan.NanosecondsPerTick;
        _ring = new Due[capacity];
        _examined = new ulong[(table.Capacity / 64) + 1];
    }

    /// <summary>Flows that were not examined, for want of room.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>A flow with a place in the table is new.</summary>
    public void Opened(in FlowSighting flow, ulong nowNs)
    {
        Mark(flow.Slot, examined: false);
        if (_tail - _head == _ring.Length)
        {
            Volatile.Write(ref _lost, _lost + 1);
            return;
        }

        _ring[_tail++ % _ring.Length] = new Due(flow.Slot, flow.StartNs, nowNs + _waitNs);
    }

    /// <summary>A flow with a place in the table is over.</summary>
    /// <returns>Whether it is to be examined now.</returns>
    public bool Ended(in FlowSighting flow)
    {
        var isNew = !IsExamined(flow.Slot);
        Mark(flow.Slot, examined: true);
        return isNew;
    }

    /// <summary>The next flow whose time is over, as it is now.</summary>
    public bool TryTake(ulong nowNs, out FlowSighting sighting)
    {
        while (_head < _tail && _ring[_head % _ring.Length] is var due && due.AtNs <= nowNs)
        {
            _head++;
            // Gone, or another flow's place by now: then its end was seen, or is on its way.
            if (
                !IsExamined(due.Slot)
                && _table.TryRead(due.Slot, out var flow)
                && flow.StartNs == due.StartNs
            )
            {
                Mark(due.Slot, examined: true);
                FlowSighting.Read(in flow, out sighting);
                sighting.NowNs = nowNs;
                sighting.Slot = due.Slot;
                sighting.Steps = SightingSteps.Examined;
                return true;
            }
        }

        sighting = default;
        return false;
    }

    private bool IsExamined(int slot) => (_examined[slot >> 6] & (1ul << (slot & 63))) != 0;

    private void Mark(int slot, bool examined)
    {
        ref var word = ref _examined[slot >> 6];
        var bit = 1ul << (slot & 63);
        word = examined ? word | bit : word & ~bit;
    }

    private readonly record struct Due(int Slot, ulong StartNs, ulong AtNs);
}
