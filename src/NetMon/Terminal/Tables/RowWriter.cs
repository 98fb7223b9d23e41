namespace NetMon.Terminal.Tables;

/// <summary>Writes cells into the columns of a layout.</summary>
internal sealed class RowWriter<T>(IReadOnlyList<Column<T>> columns, Glyphs glyphs)
{
    private int[] _widths = new int[columns.Count];
    private int _last = -1;

    /// <summary>Width of each column, 0 = not shown.</summary>
    public IReadOnlyList<int> Widths => _widths;

    public void Use(int[] widths)
    {
        _widths = widths;
        _last = Array.FindLastIndex(widths, width => width > 0);
    }

    /// <param name="title">What to show as a column's title, and how; by default its header.</param>
    public void Header(StyledLine line, Func<Column<T>, Cell>? title = null)
    {
        for (var i = 0; i <= _last; i++)
        {
            var column = columns[i];
            var cell = title?.Invoke(column) ?? new Cell(column.Header, TextStyle.Quiet);
            Put(line, i, cell, cutInMiddle: false);
        }
    }

    public void Row(StyledLine line, T row)
    {
        for (var i = 0; i <= _last; i++)
        {
            if (_widths[i] > 0)
            {
                Put(line, i, columns[i].Read(row), columns[i].CutInMiddle);
            }
        }
    }

    private void Put(StyledLine line, int index, Cell cell, bool cutInMiddle)
    {
        var width = _widths[index];
        if (width == 0)
        {
            return;
        }

        var text = Cut(cell.Text, width, cutInMiddle);
        var start = line.Width;
        if (columns[index].Alignment == Alignment.Right)
        {
            line.PadTo(start + width - text.Length);
        }

        line.Add(text, cell.Style);
        if (index != _last)
        {
            line.PadTo(start + width + ColumnLayout.Gap);
        }
    }

    /// <summary>Shortens text to a width, marking where something is missing.</summary>
    private string Cut(string text, int width, bool inMiddle)
    {
        if (text.Length <= width)
        {
            return text;
        }

        if (width <= 2)
        {
            return text[..width];
        }

        // An address differs from its neighbours at its end, where the port is, too.
        var tail = inMiddle ? width / 2 : 0;
        var head = width - tail - 1;
        return string.Concat(text.AsSpan(0, head), [glyphs.Ellipsis], text.AsSpan(text.Length - tail));
    }
}
