using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Metrics.Tables;

/// <summary>What a table holds, for whoever keeps it beyond the process, and its way back. All members are the table's writer's.</summary>
/// <remarks>A row comes back to the slot that it had, so that handles of kept flows still name it.</remarks>
public sealed class SeriesTableState(SeriesTable table)
{
    /// <summary>Names of a row's counters, the same in every process that has the same family with the same labels.</summary>
    public IReadOnlyList<string> Counters { get; } = [.. table.Families.SelectMany(one => one.CounterNames)];

    /// <summary>Names of a row's histograms, bounds included.</summary>
    public IReadOnlyList<string> Histograms { get; } =
    [.. table.Families.SelectMany(one => one.HistogramNames)];

    public IReadOnlyList<TableFamily> Families => table.Families;

    public LabelSet Labels => table.Labels;

    /// <summary>Every row's slot is below.</summary>
    public int SlotLimit => table.SlotLimit;

    /// <summary>Rows that were brought back.</summary>
    public int Restored { get; private set; }

    /// <summary>Null: there is none.</summary>
    public SeriesRow? RowAt(int slot) => table.RowAt(slot);

    /// <summary>What a row is told apart by; of an overflow row only the direction is meaningful.</summary>
    public static FlowLabels LabelsOf(SeriesRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Key;
    }

    public static ReadOnlySpan<long> CountersOf(SeriesRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Cells;
    }

    /// <summary>Empty: the row has none.</summary>
    public static ReadOnlySpan<long> HistogramOf(SeriesRow row, int number)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Histogram(number);
    }

    /// <summary>Whether a slot is that of a row which takes what has no room.</summary>
    public static bool IsOverflow(int slot) => slot < SeriesTable.OverflowRows;

    /// <summary>Makes a row anew, in a table that had none of these labels.</summary>
    /// <param name="slot">Where it was.</param>
    /// <param name="labels">What it is told apart by.</param>
    /// <returns>The row; where there is no room for it any more, that which takes the rest.</returns>
    public SeriesRow Restore(int slot, in FlowLabels labels)
    {
        Restored++;
        return table.Restore(slot, in labels);
    }

    /// <summary>Adds to a counter of a row that was brought back.</summary>
    public static void Add(SeriesRow row, int counter, long value)
    {
        ArgumentNullException.ThrowIfNull(row);
        row.Cells[counter] += value;
    }

    /// <summary>Adds to a histogram of a row that was brought back.</summary>
    public static void Add(SeriesRow row, int histogram, ReadOnlySpan<long> cells)
    {
        ArgumentNullException.ThrowIfNull(row);
        var values = row.Histogram(histogram) ?? row.AddHistogram(histogram, cells.Length);
        var sum = cells.Length - 1;
        for (var i = 0; i < sum; i++)
        {
            values[i] += cells[i];
        }

        values[sum] = BitConverter.DoubleToInt64Bits(
            BitConverter.Int64BitsToDouble(values[sum]) + BitConverter.Int64BitsToDouble(cells[sum])
        );
    }

    /// <summary>All rows are back, with their values.</summary>
    public void Finish() => table.FinishRestore();

    /// <summary>A handle as a number, for keeping; 0: none.</summary>
    public static int NumberOf(RowHandle handle) => handle.Slot + 1;

    /// <summary>Holds the row of a number that was kept, if it is there.</summary>
    public RowHandle Hold(int number)
    {
        if (number <= 0 || number > table.SlotLimit || table.RowAt(number - 1) is not { } row)
        {
            return default;
        }

        row.References += row.IsOverflow ? 0 : 1;
        return new RowHandle(row.Slot);
    }
}
