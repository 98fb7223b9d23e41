using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Ledger;

/// <summary>The series of a table.</summary>
/// <remarks><code>
///   labels' names | counters' names | histograms' names | families: name, overflowed, dropped
///   rows: slot + 1 | labels | counters that are not 0: number + 1, value .. 0 | histograms: number + 1, cells .. 0
///   0
/// </code></remarks>
internal static class SeriesCodec
{
    private const int MaxCell = 12;

    public static void Write(LedgerFile file, LedgerObjects objects, SeriesTableState table)
    {
        var writer = file.Room(Journal.MaxGroup);
        writer.Text(string.Join(',', table.Labels.Names));
        WriteNames(ref writer, table.Counters);
        WriteNames(ref writer, table.Histograms);
        writer.Number((ulong)table.Families.Count);
        foreach (var family in table.Families)
        {
            writer.Text(family.Instrument.Name);
            writer.Number(family.Overflowed);
            writer.Number(family.Dropped ?? 0);
        }

        file.Advance(in writer);
        for (var slot = 0; slot < table.SlotLimit; slot++)
        {
            if (table.RowAt(slot) is { } row)
            {
                WriteRow(file, objects, table, slot, row);
            }
        }

        writer = file.Room(1);
        writer.Number(0ul);
        file.Advance(in writer);
    }

    private static void WriteRow(
        LedgerFile file,
        LedgerObjects objects,
        SeriesTableState table,
        int slot,
        SeriesRow row
    )
    {
        var counters = SeriesTableState.CountersOf(row);
        var writer = file.Room(
            LabelsCodec.MaxBytes + (4 * LedgerObjects.MaxBytes) + (counters.Length * 2 * MaxCell)
        );
        writer.Number((ulong)slot + 1);
        var labels = SeriesTableState.LabelsOf(row);
        LabelsCodec.Write(ref writer, objects, in labels);
        for (var i = 0; i < counters.Length; i++)
        {
            if (counters[i] != 0)
            {
                writer.Number((ulong)i + 1);
                writer.Number(counters[i]);
            }
        }

        writer.Number(0ul);
        file.Advance(in writer);
        for (var number = 0; number < table.Histograms.Count; number++)
        {
            var cells = SeriesTableState.HistogramOf(row, number);
            if (cells.IsEmpty)
            {
                continue;
            }

            writer = file.Room((cells.Length + 2) * MaxCell);
            writer.Number((ulong)number + 1);
            writer.Number((ulong)cells.Length);
            foreach (var cell in cells)
            {
                writer.Number(cell);
            }

            file.Advance(in writer);
        }

        writer = file.Room(1);
        writer.Number(0ul);
        file.Advance(in writer);
    }

    /// <summary>Reads a table's series, and gives them to the table that has the same labels, if there is one.</summary>
    /// <returns>Whether all that it holds had a place.</returns>
    public static bool Read(
        ref LedgerReader reader,
        LedgerObjectReader objects,
        IReadOnlyList<SeriesTableState> tables,
        out SeriesTableState? table,
        out string labels
    )
    {
        var names = reader.TextOrEmpty();
        labels = names;
        table = tables.FirstOrDefault(one =>
            string.Equals(string.Join(',', one.Labels.Names), names, StringComparison.Ordinal)
        );
        var counters = ReadNames(ref reader, table?.Counters ?? []);
        var histograms = ReadNames(ref reader, table?.Histograms ?? []);
        for (var left = reader.Count(); left > 0; left--)
        {
            var name = reader.TextOrEmpty();
            var overflowed = reader.Long();
            var dropped = reader.Long();
            table
                ?.Families.FirstOrDefault(one =>
                    string.Equals(one.Instrument.Name, name, StringComparison.Ordinal)
                )
                ?.Recall(overflowed, dropped);
        }

        while (reader.Int() is var slot and not 0)
        {
            var key = LabelsCodec.Read(ref reader, objects);
            var row = table?.Restore(slot - 1, in key);
            while (reader.Int() is var number and not 0)
            {
                var value = reader.Long();
                if (row is not null && PlaceOf(counters, number) is var place and >= 0)
                {
                    SeriesTableState.Add(row, place, value);
                }
            }

            while (reader.Int() is var number and not 0)
            {
                var cells = new long[reader.Count()];
                for (var i = 0; i < cells.Length; i++)
                {
                    cells[i] = reader.Long();
                }

                if (row is not null && PlaceOf(histograms, number) is var place and >= 0)
                {
                    SeriesTableState.Add(row, place, cells);
                }
            }
        }

        table?.Finish();
        return table is not null && !counters.Contains(-1) && !histograms.Contains(-1);
    }

    private static int PlaceOf(int[] places, int number) =>
        number > 0 && number <= places.Length
            ? places[number - 1]
            : throw new LedgerException(LedgerRefusal.Corrupt, "a series that no family has");

    private static void WriteNames(ref LedgerWriter writer, IReadOnlyList<string> names)
    {
        writer.Number((ulong)names.Count);
        foreach (var name in names)
        {
            writer.Text(name);
        }
    }

    // Where each is now; -1: nowhere.
    private static int[] ReadNames(ref LedgerReader reader, IReadOnlyList<string> now)
    {
        var places = new int[reader.Count()];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = -1;
            var name = reader.TextOrEmpty();
            for (var place = 0; place < now.Count; place++)
            {
                if (string.Equals(now[place], name, StringComparison.Ordinal))
                {
                    places[i] = place;
                }
            }
        }

        return places;
    }
}
