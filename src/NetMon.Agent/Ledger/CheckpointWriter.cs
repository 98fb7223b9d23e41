using NetMon.Agent.Flows;

namespace NetMon.Agent.Ledger;

/// <summary>Writes the figures and the flows as they are, to a file of which nothing counts before it is whole.</summary>
/// <remarks><code>
///   head | counters: name, value | tables of series | flows: 1, entry, rows of each table .. 0
/// </code></remarks>
internal sealed class CheckpointWriter(LedgerParts parts, string path, Action? step = null)
{
    private readonly string _new = path + ".new";
    private readonly byte[] _buffer = LedgerFile.NewBuffer();
    private readonly LedgerObjects _objects = new();

    /// <returns>Bytes of the file.</returns>
    /// <exception cref="IOException">It cannot be written; the one before is still there.</exception>
    public long Write(in CheckpointHead head)
    {
        _objects.Clear();
        long length;
        using (var file = new LedgerFile(_new, _buffer))
        {
            var writer = file.Room(Journal.MaxGroup);
            head.Write(ref writer);
            writer.Number((ulong)parts.Counters.Count);
            foreach (var counter in parts.Counters)
            {
                writer.Text(counter.Name);
                writer.Number(counter.Read());
            }

            writer.Number((ulong)parts.Series.Count);
            file.Advance(in writer);
            foreach (var table in parts.Series)
            {
                SeriesCodec.Write(file, _objects, table);
            }

            step?.Invoke();
            WriteFlows(file);
            file.Finish();
            length = file.Length;
        }

        step?.Invoke();
        File.Move(_new, path, overwrite: true);
        return length;
    }

    private void WriteFlows(LedgerFile file)
    {
        var table = parts.Table;
        for (var slot = 0; slot < table.SlotLimit; slot++)
        {
            if (table.RoleOf(slot) is FlowRole.Counted or FlowRole.Shadow)
            {
                ref var entry = ref table[slot];
                var writer = file.Room(Journal.MaxGroup * 2);
                writer.Byte(1);
                EntryCodec.Write(ref writer, _objects, in entry, in entry.Flow);
                for (var i = 0; i < parts.Series.Count; i++)
                {
                    parts.Metrics.WriteRows(in entry.Series, i, ref writer);
                }

                file.Advance(in writer);
            }
        }

        var end = file.Room(1);
        end.Byte(0);
        file.Advance(in end);
    }
}
