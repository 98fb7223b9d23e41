using System.Buffers;

namespace NetMon.Core.Metrics;

/// <summary>
/// Names a series of one family for its writer; to be kept with what the series counts. The default names none.
/// </summary>
public readonly record struct SeriesHandle
{
    // 0: none; n: series n - 1, of which the first is the overflow series.
    private readonly int _number;

    internal SeriesHandle(int series)
    {
        _number = series + 1;
    }

    public bool IsNone => _number == 0;

    public bool IsOverflow => Series == SeriesFamily.OverflowSeries;

    internal int Series => _number - 1;
}

/// <summary>A family whose series are kept in cells.</summary>
/// <remarks>
/// One writer: all members that change a series, or make one, are for a single thread. Any thread may expose the family
/// meanwhile.
/// </remarks>
public abstract class SeriesFamily : BoundedFamily
{
    internal const int OverflowSeries = 0;

    /// <summary>Value of every label of the overflow series.</summary>
    public const string OverflowLabel = "other";

    private protected SeriesFamily(Instrument instrument, int limit, int cellsPerSeries)
        : base(instrument, limit)
    {
        Cells = new SeriesCells(limit + 1, cellsPerSeries);
        var other = new string[instrument.Labels.Count];
        Array.Fill(other, OverflowLabel);
        Cells.Append(LabelText.Format(instrument.Labels, other));
    }

    public override int SeriesCount => Cells.Count - 1;

    private protected SeriesCells Cells { get; }

    /// <summary>The series of a handle, which is about to take a sample.</summary>
    private protected int Take(SeriesHandle handle)
    {
        var series = handle.Series;
        if (series <= OverflowSeries)
        {
            TakeOverflow(handle);
        }

        return series;
    }

    /// <summary>Series to expose: the overflow series only once it took something.</summary>
    private protected int FirstExposed => Overflowed > 0 ? OverflowSeries : OverflowSeries + 1;

    private void TakeOverflow(SeriesHandle handle)
    {
        if (handle.IsNone)
        {
            throw new ArgumentException("names no series", nameof(handle));
        }

        CountOverflow();
    }
}

/// <summary>A family whose series are found by a struct key.</summary>
public abstract class SeriesFamily<TKey> : SeriesFamily
    where TKey : struct, ISeriesKey<TKey>
{
    private readonly Dictionary<TKey, SeriesHandle> _series = [];
    private readonly ArrayBufferWriter<byte> _labelText = new();

    private protected SeriesFamily(Instrument instrument, int limit, int cellsPerSeries)
        : base(instrument, limit, cellsPerSeries) { }

    /// <summary>
    /// The series of a key, made if there is none; the overflow series if there are <see cref="SeriesFamily.Limit"/>
    /// already. Allocates only when it makes one.
    /// </summary>
    public SeriesHandle GetOrAdd(in TKey key)
    {
        if (_series.TryGetValue(key, out var handle))
        {
            return handle;
        }

        if (Cells.IsFull)
        {
            return new SeriesHandle(OverflowSeries);
        }

        _labelText.ResetWrittenCount();
        var labels = new LabelWriter(Instrument.Labels, _labelText);
        key.WriteLabels(ref labels);
        handle = new SeriesHandle(Cells.Append(labels.Finish()));
        _series.Add(key, handle);
        return handle;
    }
}
