using NetMon.Agent.Attribution;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>
/// What flows that wait for their attribution had counted when the sampling rate changed: it stands for as many flows as the rate of its time
/// says, and so can't be added up with what came after. The capture loop's; empty, but for the seconds after a change.
/// </summary>
internal sealed class EarlierCounts
{
    private readonly List<EarlierPart> _parts = [];

    /// <summary>Takes what a flow has counted out of it, if the record to come has another rate.</summary>
    /// <param name="slot">Its place in the table.</param>
    /// <param name="entry">The flow; its totals begin anew.</param>
    /// <param name="waiting">Its round trips; they, too.</param>
    /// <param name="rate">The rate of what comes.</param>
    public void Split(int slot, ref FlowEntry entry, ref WaitingFlow waiting, ushort rate)
    {
        ref var flow = ref entry.Flow;
        if (flow.SamplingRate == rate)
        {
            return;
        }

        _parts.Add(
            new EarlierPart
            {
                Slot = slot,
                SourceEnd = entry.SourceEnd,
                Rate = flow.SamplingRate,
                Counts = flow.Total,
                RoundTrips = waiting.RoundTrips,
            }
        );
        flow.Total = default;
        waiting.RoundTrips = default;
    }

    /// <summary>Gives back a part of a flow's earlier counts.</summary>
    /// <param name="slot">Its place in the table.</param>
    /// <param name="entry">The flow: its source may have turned out to be the other end meanwhile.</param>
    /// <param name="part">Counts, round trips and rate.</param>
    /// <returns>False if there is none (any more).</returns>
    public bool TryTake(int slot, in FlowEntry entry, out EarlierPart part)
    {
        part = default;
        for (var i = 0; i < _parts.Count; i++)
        {
            if (_parts[i].Slot == slot)
            {
                part = _parts[i];
                part.Turn(entry.SourceEnd);
                _parts.RemoveAt(i);
                return true;
            }
        }

        return false;
    }
}

/// <summary>Counts of one sampling rate.</summary>
internal struct EarlierPart
{
    /// <summary>The flow's place in the table.</summary>
    public int Slot;

    /// <summary>The end of its key that the counts take for the source.</summary>
    public byte SourceEnd;

    public ushort Rate;
    public FlowCounts Counts;
    public RoundTripCounts RoundTrips;

    /// <summary>Makes an end the source.</summary>
    public void Turn(byte sourceEnd)
    {
        if (sourceEnd != SourceEnd)
        {
            var flow = new Flow { Total = Counts };
            RecordTranslator.Swap(ref flow);
            Counts = flow.Total;
            RoundTrips.Swap();
            SourceEnd = sourceEnd;
        }
    }
}
