using System.Text;

namespace NetMon.Core.Metrics.Tables;

/// <summary>Counters in the rows of a table.</summary>
public sealed class TableCounter : TableFamily
{
    private readonly int _first;
    private readonly byte[][] _extra;

    /// <param name="extra">Text of the labels that are not the table's, a series of the row for each.</param>
    internal TableCounter(Instrument instrument, SeriesTable table, byte[][] extra)
        : base(instrument, table)
    {
        _extra = extra;
        (_first, _) = table.Add(this, extra.Length, histograms: 0);
    }

    /// <param name="row">A row of the table.</param>
    /// <param name="value">0 is no sample.</param>
    /// <param name="series">Which of the row's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value less than 0.</exception>
    public void Add(SeriesRow row, long value, int series = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ref var cell = ref row.Cells[_first + series];
        if (cell == 0 || row.IsOverflow)
        {
            if (value == 0)
            {
                return;
            }

            row = Open(row);
            if (row.IsOverflow)
            {
                CountOverflow();
            }

            cell = ref row.Cells[_first + series];
        }

        Volatile.Write(ref cell, cell + value);
    }

    internal override IEnumerable<string> CounterNames =>
        _extra.Select(extra => $"{Instrument.Name}|{Encoding.UTF8.GetString(extra)}");

    private protected override int CountSeries(SeriesRow row)
    {
        var count = 0;
        foreach (var value in row.Cells.AsSpan(_first, _extra.Length))
        {
            count += value != 0 ? 1 : 0;
        }

        return count;
    }

    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        var rows = Table.Read();
        while (rows.MoveNext())
        {
            for (var series = 0; series < _extra.Length; series++)
            {
                var value = Volatile.Read(ref rows.Current.Cells[_first + series]);
                if (value != 0)
                {
                    writer.WriteSample(default, rows.Current.Labels, _extra[series], value);
                }
            }
        }
    }
}
