using System.Text;
using NetMon.Core.Flows;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Flows;

/// <summary>Prints a list of flows as a table whose columns fit the terminal.</summary>
internal static class FlowListPrinter
{
    private const int Chunk = 16 * 1024;

    /// <returns>Columns that the terminal had no room for.</returns>
    public static int Print(FlowListView list, IReadOnlyList<Column<FlowView>> columns, TerminalOutput output)
    {
        var rows = new RowWriter<FlowView>(columns, output.Glyphs);
        var (natural, empty) = Measure(list.Flows, columns);
        var width = output.Width();
        rows.Use(ColumnLayout.Fit(columns, natural, empty, width));

        var line = new StyledLine(output.Colour, width);
        var text = new StringBuilder();
        rows.Header(line);
        EndLine();
        foreach (var flow in list.Flows)
        {
            rows.Row(line, flow);
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
    private static (int[] Natural, bool[] Empty) Measure(
        IReadOnlyList<FlowView> flows,
        IReadOnlyList<Column<FlowView>> columns
    )
    {
        var natural = columns.Select(column => column.Header.Length).ToArray();
        var empty = new bool[columns.Count];
        Array.Fill(empty, value: true);
        var needed = columns.Select(column => column.IsNeeded is null).ToArray();
        foreach (var flow in flows)
        {
            for (var i = 0; i < natural.Length; i++)
            {
                var cell = columns[i].Read(flow);
                natural[i] = Math.Max(natural[i], cell.Text.Length);
                empty[i] &= cell.IsNone;
                needed[i] = needed[i] || columns[i].IsNeeded!(flow);
            }
        }

        for (var i = 0; i < natural.Length; i++)
        {
            natural[i] = needed[i] ? natural[i] : 0;
        }

        return (natural, empty);
    }
}
