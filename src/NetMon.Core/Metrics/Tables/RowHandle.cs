namespace NetMon.Core.Metrics.Tables;

/// <summary>Names a row of one table for its writer; to be kept with what the row counts. The default names none.</summary>
public readonly record struct RowHandle
{
    // 0: none; n: slot n - 1, of which the first few are the overflow rows.
    private readonly int _number;

    internal RowHandle(int slot) => _number = slot + 1;

    public bool IsNone => _number == 0;

    public bool IsOverflow => _number is > 0 and <= SeriesTable.OverflowRows;

    internal int Slot => _number - 1;
}
