using NetMon.Core.Flows;
using NetMon.Terminal.Flows;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Top;

/// <summary>What a frame shows besides how the person wants to see it.</summary>
/// <param name="Server">The agent's address, clean.</param>
/// <param name="Sample">The latest list; null before the first.</param>
/// <param name="Trouble">Why there is no newer list, clean; null if all is well.</param>
internal sealed record TopScene(string Server, TimeSpan Interval, TopSample Sample, string? Trouble);

/// <summary>Composes frames: as many lines as the terminal has rows, each as wide as it. Knows nothing of a terminal.</summary>
/// <remarks>
/// <code>
///   title         netmon top 127.0.0.1:9990                       14:03:21  every 1s
///   totals        214 flows   in 12.4MB/s   out 1.31MB/s   2.09k packets/s
///   notice        (empty, or what is wrong)
///   header        SOURCE            DESTINATION      PROTO   SENT/s   RECV/s  ...
///   rows          ...
///   keys          q quit  space pause  ...                                1-18 of 214
/// </code>
/// A low terminal loses keys, notice, title and header, in this order.
/// </remarks>
internal sealed class TopFrame(bool colour, Glyphs glyphs, TimeZoneInfo timeZone)
{
    /// <summary>Frames after which columns may become narrower again: one long address that came by is forgotten.</summary>
    private const int Memory = 30;

    private int[] _natural = [];
    private int _age;
    private (int Width, TopSort Sort, bool Addresses) _shape;

    public IReadOnlyList<StyledLine> Compose(TopScene scene, TopState state, int width, int height)
    {
        var lines = new List<StyledLine>(height);
        if (height >= 4)
        {
            lines.Add(TopBanner.Title(Line(), scene, state, timeZone, width));
        }

        var rows = TopOrder.Apply(scene.Sample.Rows, state);
        lines.Add(TopBanner.Totals(Line(), scene.Sample, rows.Length, state));
        if (scene.Trouble is { } trouble)
        {
            lines.Add(Line().Add(trouble, TextStyle.Failure));
        }
        else if (height >= 10)
        {
            lines.Add(Line());
        }

        var keys = height >= 7 ? 1 : 0;
        var room = height - lines.Count - keys;
        var (first, last) = state.Help
            ? TopBanner.Help(lines, room, Line)
            : Table(lines, rows, scene, state, room);
        while (lines.Count < height - keys)
        {
            lines.Add(Line());
        }

        if (keys > 0)
        {
            lines.Add(TopBanner.Keys(Line(), first, last, rows.Length, width));
        }

        foreach (var line in lines)
        {
            line.PadTo(width);
        }

        return lines.Count > height ? lines.GetRange(0, height) : lines;

        StyledLine Line() => new(colour, width);

        (int First, int Last) Table(
            List<StyledLine> into,
            TopRow[] ordered,
            TopScene shown,
            TopState how,
            int space
        )
        {
            var header = space >= 2 ? 1 : 0;
            how.Page = Math.Max(1, space - header);
            how.Offset = Math.Clamp(how.Offset, 0, Math.Max(0, ordered.Length - how.Page));
            var visible = ordered.AsSpan(
                how.Offset,
                Math.Min(Math.Max(0, space - header), ordered.Length - how.Offset)
            );
            var context = new FlowColumnContext(glyphs, timeZone, shown.Sample.Time);
            var columns = TopColumns.Create(context, how);
            var writer = new RowWriter<TopRow>(columns, glyphs);
            writer.Use(Fit(columns, visible, how, width));
            if (header > 0)
            {
                var title = Line();
                writer.Header(title, column => TopColumns.Title(column, how, glyphs));
                into.Add(title);
            }

            foreach (var row in visible)
            {
                var line = Line();
                writer.Row(line, row);
                into.Add(line);
            }

            return (how.Offset + 1, how.Offset + visible.Length);
        }
    }

    private int[] Fit(
        IReadOnlyList<Column<TopRow>> columns,
        ReadOnlySpan<TopRow> rows,
        TopState state,
        int width
    )
    {
        var shape = (width, state.Sort, state.Addresses);
        if (_shape != shape || ++_age >= Memory)
        {
            _shape = shape;
            _age = 0;
            _natural =
            [
                .. columns.Select(column =>
                    Math.Max(TopColumns.Title(column, state, glyphs).Text.Length, column.Typical)
                ),
            ];
        }

        foreach (var row in rows)
        {
            for (var i = 0; i < _natural.Length; i++)
            {
                _natural[i] = Math.Max(_natural[i], columns[i].Read(row).Text.Length);
            }
        }

        return ColumnLayout.Fit(columns, _natural, new bool[_natural.Length], width);
    }
}
