using System.Text;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Flows;

/// <summary>
/// Prints a stream as a table that grows: columns begin at their typical width and only ever widen, so that rows stay
/// below each other. The header is printed again when the columns changed, on a terminal; only there columns that no row needed yet are left
/// out.
/// </summary>
internal sealed class FlowStreamPrinter<T>
{
    // Widening in steps: a new width moves every column to its right.
    private const int Step = 4;

    private readonly IReadOnlyList<Column<T>> _columns;
    private readonly TerminalOutput _output;
    private readonly RowWriter<T> _rows;
    private readonly StringBuilder _text = new();
    private readonly int[] _natural;
    private readonly bool[] _empty;
    private int? _terminalWidth;
    private bool _printed;

    public FlowStreamPrinter(IReadOnlyList<Column<T>> columns, TerminalOutput output)
    {
        _columns = columns;
        _output = output;
        _rows = new RowWriter<T>(columns, output.Glyphs);
        var canChange = output.Width() is not null;
        _natural =
        [
            .. columns.Select(column => canChange && column.IsNeeded is not null ? 0 : Least(column)),
        ];
        _empty = new bool[columns.Count];
    }

    public void Print(T row)
    {
        var changed = Widen(row);
        var width = _output.Width();
        if (changed || width != _terminalWidth || !_printed)
        {
            _terminalWidth = width;
            Fit();
        }

        var line = new StyledLine(_output.Colour, _terminalWidth);
        _rows.Row(line, row);
        Append(line);
        _output.Write(_text);
    }

    private void Fit()
    {
        var before = _rows.Widths;
        _rows.Use(ColumnLayout.Fit(_columns, _natural, _empty, _terminalWidth));
        if (!_printed || (_terminalWidth is not null && Moved(before, _rows.Widths)))
        {
            var line = new StyledLine(_output.Colour, _terminalWidth);
            _rows.Header(line);
            Append(line);
            _printed = true;
        }
    }

    /// <summary>Whether a column begins elsewhere: the last one may widen where it is.</summary>
    private static bool Moved(IReadOnlyList<int> before, IReadOnlyList<int> after)
    {
        for (var i = 0; i < after.Count - 1; i++)
        {
            if (before[i] != after[i])
            {
                return true;
            }
        }

        return before[^1] == 0 != (after[^1] == 0);
    }

    private bool Widen(T row)
    {
        var changed = false;
        for (var i = 0; i < _natural.Length; i++)
        {
            if (_natural[i] == 0)
            {
                if (!_columns[i].IsNeeded!(row))
                {
                    continue;
                }

                _natural[i] = Least(_columns[i]);
                changed = true;
            }

            var needed = _columns[i].Read(row).Text.Length;
            if (needed > _natural[i])
            {
                _natural[i] = (needed + Step - 1) / Step * Step;
                changed = true;
            }
        }

        return changed;
    }

    private static int Least(ColumnShape column) => Math.Max(column.Header.Length, column.Typical);

    private void Append(StyledLine line)
    {
        line.AppendTo(_text);
        _text.Append('\n');
    }
}
