using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Metrics.Tables;

/// <summary>One combination of label values and the values that all families of a table have for it. Written by one thread, read by any.</summary>
/// <remarks>
/// A row's labels never change, and a new row is a new object: whoever holds one reads values that belong to its labels, also after
/// the row was dropped.
/// </remarks>
public sealed class SeriesRow
{
    private readonly long[]?[] _histograms;

    internal SeriesRow(byte[] labels, int cells, int histograms, long epoch)
    {
        Labels = labels;
        Epoch = epoch;
        Cells = new long[cells];
        _histograms = histograms == 0 ? [] : new long[histograms][];
    }

    internal byte[] Labels { get; }

    /// <summary>Values of the counters; 0: the row has no series there.</summary>
    internal long[] Cells { get; }

    /// <summary>Values of a histogram; null: the row has no series there.</summary>
    internal long[]? Histogram(int number) => Volatile.Read(ref _histograms[number]);

    /// <summary>Gives the row a series of a histogram.</summary>
    internal long[] AddHistogram(int number, int cells)
    {
        var values = new long[cells];
        Volatile.Write(ref _histograms[number], values);
        return values;
    }

    /// <summary>The table's count of drops when the row was made.</summary>
    internal long Epoch { get; }

    internal bool IsOverflow { get; init; }

    // What follows is the writer's.

    internal FlowLabels Key { get; set; }
    internal int Hash { get; init; }
    internal int Slot { get; init; }

    /// <summary>The next row of the same bucket.</summary>
    internal SeriesRow? Next { get; set; }

    /// <summary>Flows that hold the row.</summary>
    internal int References { get; set; }

    /// <summary>Let go of since the last look at it.</summary>
    internal bool Released { get; set; }

    /// <summary>When it was first seen to be held by no flow.</summary>
    internal ulong IdleSince { get; set; }
}
