namespace NetMon.Core.Metrics.Tables;

/// <summary>A histogram in the rows of a table; a table has one at most.</summary>
public sealed class TableHistogram : TableFamily
{
    private readonly HistogramBuckets _buckets;

    internal TableHistogram(Instrument instrument, SeriesTable table, HistogramBuckets buckets)
        : base(instrument, table)
    {
        _buckets = buckets;
        table.Add(this, cells: 0);
    }

    public void Observe(SeriesRow row, double value)
    {
        if (row.Histogram is null || row.IsOverflow)
        {
            row = Open(row);
            if (row.IsOverflow)
            {
                CountOverflow();
            }

            row.Histogram ??= new long[_buckets.Cells];
        }

        var cells = row.Histogram!;
        ref var bucket = ref cells[_buckets.Of(value)];
        Volatile.Write(ref bucket, bucket + 1);
        ref var sum = ref cells[_buckets.SumCell];
        Volatile.Write(ref sum, BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(sum) + value));
    }

    private protected override int CountSeries(SeriesRow row) => row.Histogram is null ? 0 : 1;

    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        var rows = Table.Read();
        while (rows.MoveNext())
        {
            if (rows.Current.Histogram is { } cells)
            {
                _buckets.Write(ref writer, rows.Current.Labels, cells);
            }
        }
    }
}
