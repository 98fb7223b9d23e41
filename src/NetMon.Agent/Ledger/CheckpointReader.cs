using NetMon.Agent.Flows;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Ledger;

/// <summary>Brings the figures and the flows of a checkpoint back.</summary>
internal sealed class CheckpointReader(LedgerParts parts)
{
    private readonly LedgerObjectReader _objects = new(parts.HasCluster);

    /// <summary>What it could not bring back: tables or columns that do not exist any more.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Flows that were brought back, and those for which the table has no room.</summary>
    public int Flows { get; private set; }
    public int Refused { get; private set; }

    /// <summary>Reads what a checkpoint says of itself.</summary>
    /// <exception cref="LedgerException">It is not whole.</exception>
    public static CheckpointHead ReadHead(byte[] file)
    {
        var reader = new LedgerReader(LedgerFile.Read(file));
        return CheckpointHead.Read(ref reader);
    }

    /// <summary>Into an agent that has counted nothing yet.</summary>
    /// <exception cref="LedgerException">It is not whole: what was read before counts.</exception>
    public void Read(byte[] file)
    {
        var reader = new LedgerReader(LedgerFile.Read(file));
        _ = CheckpointHead.Read(ref reader);
        ReadCounters(ref reader);
        var tables = new SeriesTableState?[reader.Count()];
        for (var i = 0; i < tables.Length; i++)
        {
            if (!SeriesCodec.Read(ref reader, _objects, parts.Series, out tables[i], out var labels))
            {
                Missing.Add(labels);
            }
        }

        while (reader.Byte() != 0)
        {
            EntryCodec.Read(ref reader, _objects, out var kept);
            ReadFlow(ref reader, in kept, tables);
        }
    }

    private void ReadCounters(ref LedgerReader reader)
    {
        for (var left = reader.Count(); left > 0; left--)
        {
            var name = reader.TextOrEmpty();
            var value = reader.Long();
            foreach (var counter in parts.Counters)
            {
                if (string.Equals(counter.Name, name, StringComparison.Ordinal))
                {
                    counter.Add(value);
                }
            }
        }
    }

    private void ReadFlow(ref LedgerReader reader, in KeptEntry kept, SeriesTableState?[] tables)
    {
        var slot = KeptFlows.Add(parts, in kept);
        for (var i = 0; i < tables.Length; i++)
        {
            var rows = FlowRowsCodec.Read(ref reader);
            if (slot >= 0 && tables[i] is { } table)
            {
                var place = IndexOf(table);
                parts.Metrics.Recall(ref parts.Table[slot].Series, place, rows.Hold(table));
            }
        }

        if (slot < 0)
        {
            Refused++;
            return;
        }

        Flows++;
        if (kept.Role == FlowRole.Counted)
        {
            parts.Metrics.Recalled(in kept.Flow);
            parts.Pipeline.Recall(in kept.Flow);
        }
    }

    private int IndexOf(SeriesTableState table)
    {
        for (var i = 0; i < parts.Series.Count; i++)
        {
            if (ReferenceEquals(parts.Series[i], table))
            {
                return i;
            }
        }

        return -1;
    }
}
