using NetMon.Agent.Flows;

namespace NetMon.Agent.Ledger;

/// <summary>Puts flows back into the table.</summary>
internal static class KeptFlows
{
    /// <summary>Puts a flow into the table as it was; its figures are left to the caller.</summary>
    /// <returns>Its slot; -1 if the table is full, or has it.</returns>
    public static int Add(LedgerParts parts, in KeptEntry kept)
    {
        var table = parts.Table;
        if (table.Find(in kept.Key, kept.Flow.StartNs) >= 0)
        {
            return -1;
        }

        var slot = table.Add(in kept.Key, kept.Flow.StartNs);
        if (slot < 0)
        {
            return -1;
        }

        ref var entry = ref table[slot];
        entry.Flow = kept.Flow;
        entry.RecordNs = kept.RecordNs;
        entry.SourceEnd = kept.SourceEnd;
        entry.Role = kept.Role;
        entry.IsBehind = kept.IsBehind;
        entry.NoEndpoints = kept.NoEndpoints;
        if (kept.Twin.Protocol != 0)
        {
            table.Link(slot, in kept.Twin);
        }

        if (kept.Role == FlowRole.Counted)
        {
            table.Commit(slot, in kept.Flow);
        }

        return slot;
    }
}
