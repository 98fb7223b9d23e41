using System.Text;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Flows;

/// <summary>Prints a list as a table whose columns fit the terminal.</summary>
internal static class FlowListPrinter
{
    private const int Chunk = 16 * 1024;

    /// <returns>Columns that the terminal had no room for.</returns>
    public static int Print<T>(IReadOnlyList<T> list, IReadOnlyList<Column<T>> columns, TerminalOutput output)
    {
        var rows = new RowWriter<T>(columns, output.Glyphs);
        var (natural, empty) = Measure(list, columns);
        var width = output.Width();
        rows.Use(ColumnLayout.Fit(columns, natural, empty, width));

        var line = new StyledLine(output.Colour, width);
        var text = new StringBuilder();
        rows.Header(line);
        EndLine();
        foreach (var row in list)
        {
            rows.Row(line, row);
            EndLine();
        }

        output.Write(text);
        return natural.Where((needed, i) => needed > 0 && rows.Widths[i] == 0).Count();

        void EndLine()
        {
            line.AppendTo(text);
            line.Clear();
            text.Append('\n');
            if (text.Length >= Chunk)
            {
                output.Write(text);
            }
        }
    }

    // The cells' texts are made once to measure and once to print: a list may have a million rows.
    private static (int[] Natural, bool[] Empty) Measure<T>(
        IReadOnlyList<T> list,
        IReadOnlyList<Column<T>> columns
    )
    {
        var natural = columns.Select(column => column.Header.Length).ToArray();
        var empty = new bool[columns.Count];
        Array.Fill(empty, value: true);
        var needed = columns.Select(column => column.IsNeeded is null).ToArray();
        foreach (var row in list)
        {
            for (var i = 0; i < natural.Length; i++)
            {
                var cell = columns[i].Read(row);
                natural[i] = Math.Max(natural[i], cell.Text.Length);
                empty[i] &= cell.IsNone;
                needed[i] = needed[i] || columns[i].IsNeeded!(row);
            }
        }

        for (var i = 0; i < natural.Length; i++)
        {
            natural[i] = needed[i] ? natural[i] : 0;
        }

        return (natural, empty);
    }
}
