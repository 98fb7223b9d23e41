namespace NetMon.Core.Metrics;

/// <summary>The values and label texts of a family's series, written by one thread and read by any.</summary>
/// <remarks>
/// Series are numbered as they are made. Cells lie in chunks that never move, so that a reader holds no lock and the writer
/// copies nothing; the table of chunks has its final size from the start, one reference per 256 series.
/// <code>
///   _chunks --> [ cell cell | cell cell | ... ]   256 series of `cellsPerSeries` cells
///           --> null until the first series in it
/// </code>
/// A cell is a whole 64-bit value: read and written by Volatile, never torn.
/// </remarks>
internal sealed class SeriesCells
{
    private const int ChunkBits = 8;
    private const int ChunkSeries = 1 << ChunkBits;

    private readonly int _cellsPerSeries;
    private readonly int _limit;
    private readonly long[]?[] _chunks;
    private readonly byte[]?[]?[] _labels;
    private int _count;

    public SeriesCells(int limit, int cellsPerSeries)
    {
        _limit = limit;
        _cellsPerSeries = cellsPerSeries;
        var chunks = (limit + ChunkSeries - 1) >> ChunkBits;
        _chunks = new long[chunks][];
        _labels = new byte[chunks][][];
    }

    /// <summary>Series that readers may read.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool IsFull => _count == _limit;

    /// <summary>Makes a series with all cells 0. Writer only; not when full.</summary>
    public int Append(byte[] labels)
    {
        var series = _count;
        var chunk = series >> ChunkBits;
        _chunks[chunk] ??= new long[ChunkSeries * _cellsPerSeries];
        var texts = _labels[chunk] ??= new byte[ChunkSeries][];
        texts[series & (ChunkSeries - 1)] = labels;

        // Publishes all of the above to readers.
        Volatile.Write(ref _count, series + 1);
        return series;
    }

    public byte[] Labels(int series) => _labels[series >> ChunkBits]![series & (ChunkSeries - 1)]!;

    public ref long Cell(int series, int cell) =>
        ref _chunks[series >> ChunkBits]![((series & (ChunkSeries - 1)) * _cellsPerSeries) + cell];

    /// <summary>All cells of a series.</summary>
    public Span<long> Of(int series) =>
        _chunks[series >> ChunkBits].AsSpan((series & (ChunkSeries - 1)) * _cellsPerSeries, _cellsPerSeries);

    /// <summary>Writer only.</summary>
    public void Add(int series, int cell, long value)
    {
        ref var target = ref Cell(series, cell);
        Volatile.Write(ref target, target + value);
    }

    public long Read(int series, int cell) => Volatile.Read(ref Cell(series, cell));

    /// <summary>Writer only.</summary>
    public void AddDouble(int series, int cell, double value)
    {
        ref var target = ref Cell(series, cell);
        var sum = BitConverter.Int64BitsToDouble(target) + value;
        Volatile.Write(ref target, BitConverter.DoubleToInt64Bits(sum));
    }

    /// <summary>Writer only.</summary>
    public void WriteDouble(int series, int cell, double value) =>
        Volatile.Write(ref Cell(series, cell), BitConverter.DoubleToInt64Bits(value));

    public double ReadDouble(int series, int cell) => BitConverter.Int64BitsToDouble(Read(series, cell));
}
