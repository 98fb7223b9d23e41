namespace NetMon.Core.Metrics.Tables;

/// <summary>A family whose series are in the rows of a table.</summary>
public abstract class TableFamily : BoundedFamily
{
    private int _series;
    private long _dropped;

    private protected TableFamily(Instrument instrument, SeriesTable table)
        : base(instrument, table.Limit)
    {
        Table = table;
    }

    public override int SeriesCount => Volatile.Read(ref _series);

    public override long? Dropped => Volatile.Read(ref _dropped);

    private protected SeriesTable Table { get; }

    /// <summary>Makes room for a row's first value.</summary>
    /// <returns>The row that takes it: at the limit of series, another.</returns>
    private protected SeriesRow Open(SeriesRow row)
    {
        if (row.IsOverflow)
        {
            return row;
        }

        if (_series >= Limit)
        {
            return Table.OverflowOf(row);
        }

        Volatile.Write(ref _series, _series + 1);
        return row;
    }

    /// <summary>The row is dropped.</summary>
    internal void Forget(SeriesRow row)
    {
        var series = CountSeries(row);
        Volatile.Write(ref _series, _series - series);
        Volatile.Write(ref _dropped, _dropped + series);
    }

    /// <summary>The row was brought back.</summary>
    internal void Recall(SeriesRow row) => Volatile.Write(ref _series, _series + CountSeries(row));

    /// <summary>Goes on from what an earlier process had counted.</summary>
    public void Recall(long overflowed, long dropped)
    {
        RecallOverflow(overflowed);
        Volatile.Write(ref _dropped, _dropped + dropped);
    }

    /// <summary>Of each counter in a row: the family, and what tells it from the family's others.</summary>
    internal virtual IEnumerable<string> CounterNames => [];

    /// <summary>Of each histogram in a row, with its bounds.</summary>
    internal virtual IEnumerable<string> HistogramNames => [];

    private protected abstract int CountSeries(SeriesRow row);
}
