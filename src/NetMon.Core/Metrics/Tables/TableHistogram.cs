namespace NetMon.Core.Metrics.Tables;

/// <summary>Histograms in the rows of a table.</summary>
public sealed class TableHistogram : TableFamily
{
    private readonly HistogramBuckets[] _buckets;
    private readonly int _first;

    /// <param name="buckets">Of each series of a row, with the text of the labels that are not the table's. All have the same bounds.</param>
    internal TableHistogram(Instrument instrument, SeriesTable table, HistogramBuckets[] buckets)
        : base(instrument, table)
    {
        _buckets = buckets;
        (_, _first) = table.Add(this, cells: 0, buckets.Length);
    }

    /// <summary>Adds an observation.</summary>
    /// <param name="row">A row of the table.</param>
    /// <param name="value">What was observed.</param>
    /// <param name="series">Which of the row's.</param>
    /// <param name="weight">How many observations it stands for.</param>
    public void Observe(SeriesRow row, double value, int series = 0, int weight = 1)
    {
        var cells = Open(row, series);
        ref var bucket = ref cells[_buckets[series].Of(value)];
        Volatile.Write(ref bucket, bucket + weight);
        AddToSum(cells, value * weight);
    }

    /// <summary>Adds observations that are sorted into buckets already.</summary>
    /// <param name="row">A row of the table.</param>
    /// <param name="counts">Observations in each bucket, of as many as there are bounds, and one more.</param>
    /// <param name="sum">Of all observations.</param>
    /// <param name="series">Which of the row's.</param>
    /// <param name="weight">How many observations each stands for.</param>
    public void Add(SeriesRow row, ReadOnlySpan<uint> counts, double sum, int series = 0, int weight = 1)
    {
        var cells = Open(row, series);
        if (counts.Length != _buckets[series].SumCell)
        {
            throw new ArgumentException("not one for each bucket", nameof(counts));
        }

        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] != 0)
            {
                Volatile.Write(ref cells[i], cells[i] + (counts[i] * (long)weight));
            }
        }

        AddToSum(cells, sum * weight);
    }

    internal override IEnumerable<string> HistogramNames =>
        _buckets.Select(one => $"{Instrument.Name}|{one.Name}");

    private protected override int CountSeries(SeriesRow row)
    {
        var count = 0;
        for (var series = 0; series < _buckets.Length; series++)
        {
            count += row.Histogram(_first + series) is null ? 0 : 1;
        }

        return count;
    }

    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        var rows = Table.Read();
        while (rows.MoveNext())
        {
            for (var series = 0; series < _buckets.Length; series++)
            {
                if (rows.Current.Histogram(_first + series) is { } cells)
                {
                    _buckets[series].Write(ref writer, rows.Current.Labels, cells);
                }
            }
        }
    }

    private long[] Open(SeriesRow row, int series)
    {
        var cells = row.Histogram(_first + series);
        if (cells is not null && !row.IsOverflow)
        {
            return cells;
        }

        row = Open(row);
        if (row.IsOverflow)
        {
            CountOverflow();
        }

        return row.Histogram(_first + series) ?? row.AddHistogram(_first + series, _buckets[series].Cells);
    }

    private void AddToSum(long[] cells, double value)
    {
        ref var sum = ref cells[_buckets[0].SumCell];
        Volatile.Write(ref sum, BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(sum) + value));
    }
}
