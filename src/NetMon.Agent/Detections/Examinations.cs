using NetMon.Agent.Flows;
using NetMon.Core.Detections;

namespace NetMon.Agent.Detections;

/// <summary>New flows until it is clear what came of them. Each is examined once.</summary>
/// <remarks>
/// <code>
///   opened --> a record that settles it (answered, refused), or its end: now
///        '---> neither: when an answer had its time, and the kernel had its time to tell of one (it reports a flow at once when it opens
///              and closes, else after an interval, by a sweep that may be another interval away)
/// </code>
/// </remarks>
internal sealed class Examinations
{
    /// <summary>20,000 new flows a second for 13 seconds: 4 MB when it is full.</summary>
    public const int DefaultCapacity = 1 << 18;

    private const int SmallestRing = 4096;
    private const ulong Millisecond = 1_000_000;

    private readonly FlowTable _table;
    private readonly uint _waitMs;
    private readonly int _capacity;
    private readonly ulong[] _examined;
    private Due[] _ring = new Due[SmallestRing];
    private long _head;
    private long _tail;
    private long _lost;

    /// <param name="table">Where flows are read when they had their time.</param>
    /// <param name="wait">Time for an answer.</param>
    /// <param name="interval">Between the reports of an active flow.</param>
    /// <param name="capacity">Flows that wait, at most: a power of two.</param>
    public Examinations(FlowTable table, TimeSpan wait, TimeSpan interval, int capacity = DefaultCapacity)
    {
        _table = table;
        _waitMs = (uint)(wait + (2 * interval)).TotalMilliseconds;
        _capacity = capacity;
        _examined = new ulong[(table.Capacity / 64) + 1];
    }

    /// <summary>Flows that were not examined, for want of room.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Takes a step of a flow that has a place in the table.</summary>
    /// <returns>Whether the flow is to be examined now.</returns>
    public bool Step(in FlowSighting flow, ulong nowNs)
    {
        if (flow.Has(SightingSteps.Opened))
        {
            Mark(flow.Slot, examined: false);
            if (!flow.IsSettled)
            {
                Add(new Due(flow.Slot, (uint)(nowNs / Millisecond), flow.StartNs));
            }
        }

        if (IsExamined(flow.Slot) || !(flow.IsSettled || flow.Has(SightingSteps.Ended)))
        {
            return false;
        }

        Mark(flow.Slot, examined: true);
        return true;
    }

    /// <summary>The next flow whose time is over, as it is now.</summary>
    public bool TryTake(ulong nowNs, out FlowSighting sighting)
    {
        while (_head < _tail)
        {
            var due = _ring[_head & (_ring.Length - 1)];
            if ((uint)(nowNs / Millisecond) - due.SinceMs < _waitMs)
            {
                break;
            }

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

    private void Add(Due due)
    {
        if (_tail - _head == _ring.Length && !TryGrow())
        {
            Volatile.Write(ref _lost, _lost + 1);
            return;
        }

        _ring[_tail++ & (_ring.Length - 1)] = due;
    }

    private bool TryGrow()
    {
        if (_ring.Length >= _capacity)
        {
            return false;
        }

        var larger = new Due[_ring.Length * 2];
        for (var i = _head; i < _tail; i++)
        {
            larger[i & (larger.Length - 1)] = _ring[i & (_ring.Length - 1)];
        }

        _ring = larger;
        return true;
    }

    private bool IsExamined(int slot) => (_examined[slot >> 6] & (1ul << (slot & 63))) != 0;

    private void Mark(int slot, bool examined)
    {
        ref var word = ref _examined[slot >> 6];
        var bit = 1ul << (slot & 63);
        word = examined ? word | bit : word & ~bit;
    }

    /// <summary>16 bytes. Milliseconds begin anew after 49 days: only differences are meant.</summary>
    private readonly record struct Due(int Slot, uint SinceMs, ulong StartNs);
}
