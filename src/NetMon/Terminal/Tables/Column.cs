namespace NetMon.Terminal.Tables;

internal enum Alignment
{
    Left,
    Right,
}

/// <summary>Text of one cell: clean, one column per character.</summary>
internal readonly record struct Cell(string Text, TextStyle Style = TextStyle.Plain)
{
    /// <summary>Nothing to say, or not known.</summary>
    public static Cell None { get; } = new("-", TextStyle.Quiet);

    public bool IsNone => Text is "-";
}

/// <summary>How a column behaves when the terminal is too narrow for all of them.</summary>
/// <param name="Header">Its title; also its least width.</param>
/// <param name="Importance">The smallest goes first; from <see cref="ColumnLayout.Valued"/> and <see cref="ColumnLayout.Essential"/> on, others are shortened before.</param>
internal record ColumnShape(string Header, int Importance, Alignment Alignment = Alignment.Left)
{
    /// <summary>Width that most of its texts take: what a stream, whose rows to come are not known, begins with.</summary>
    public int Typical { get; init; }

    /// <summary>Width to which it is shortened before any other column has to go; 0 = none.</summary>
    public int Ample { get; init; }

    /// <summary>Width to which it is shortened to keep valued columns; 0 = it is shown in full.</summary>
    public int Comfortable { get; init; }

    /// <summary>Width to which it is shortened to keep essential columns; 0 = it is shown in full.</summary>
    public int Minimum { get; init; }

    /// <summary>Cut in the middle, so that both ends can be read; else at the end.</summary>
    public bool CutInMiddle { get; init; }
}

/// <summary>A column over rows of <typeparamref name="T"/>.</summary>
internal sealed record Column<T>(
    string Header,
    int Importance,
    Func<T, Cell> Read,
    Alignment Alignment = Alignment.Left
) : ColumnShape(Header, Importance, Alignment)
{
    /// <summary>The column is there only if this is true of a row; null = always.</summary>
    public Func<T, bool>? IsNeeded { get; init; }
}
