namespace NetMon.Terminal.Top;

/// <summary>The lines around the table.</summary>
internal static class TopBanner
{
    // Until each flow has a rate, the sums are those of some.
    private const string Measuring = "   measuring...";

    private static readonly (string Key, string Does)[] Brief =
    [
        ("q", "quit"),
        ("space", "pause"),
        ("b p a r t", "sort"),
        ("i", "invert"),
        ("d", "direction"),
        ("?", "help"),
    ];

    private static readonly (string Key, string Does)[] Full =
    [
        ("b", "order by bytes per second, both ways"),
        ("p", "order by packets per second"),
        ("a", "order by age"),
        ("r", "order by round-trip time of the handshake"),
        ("t", "order by retransmitted segments"),
        ("i", "invert the order"),
        ("d", "show all flows, ingress (begun elsewhere), egress (here), transit"),
        ("n", "show names, or addresses"),
        ("space", "pause, and go on"),
        ("up down", "scroll; also k j, page up, page down, home, end"),
        ("q", "quit; also Ctrl-C"),
    ];

    public static StyledLine Title(
        StyledLine line,
        TopScene scene,
        TopState state,
        TimeZoneInfo timeZone,
        int width
    )
    {
        line.Add("netmon top", TextStyle.Strong).AddWhole(($"  {scene.Server}", TextStyle.Plain));
        var clock = TimeZoneInfo.ConvertTime(scene.Sample.Time, timeZone).ToString("HH:mm:ss");
        var pace = state.Paused ? "paused" : $"every {scene.Interval.TotalSeconds:0.###}s";
        var start = width - clock.Length - pace.Length - 2;
        if (start <= line.Width + 1)
        {
            return line;
        }

        return line.PadTo(start)
            .Add(clock)
            .Add("  ")
            .Add(pace, state.Paused ? TextStyle.Selected : TextStyle.Quiet);
    }

    /// <param name="shown">Flows that the direction leaves.</param>
    public static StyledLine Totals(StyledLine line, TopSample sample, int shown, TopState state)
    {
        var totals = TopTotals.Of(sample.Rows);
        line.Add(HumanUnits.Count(sample.Total), TextStyle.Strong)
            .Add(sample.Total == 1 ? " flow" : " flows", TextStyle.Quiet);
        if (state.Direction != TopDirection.All)
        {
            var name = state.Direction switch
            {
                TopDirection.Ingress => "ingress",
                TopDirection.Egress => "egress",
                _ => "transit",
            };
            line.AddWhole(($", {HumanUnits.Count(shown)} {name}", TextStyle.Selected));
        }

        if (sample.Rows.Count > 0 && sample.Rows.All(row => row.Rate is null))
        {
            return line.AddWhole((Measuring, TextStyle.Quiet));
        }

        Figure("in", HumanUnits.Bytes(totals.BytesIn));
        Figure("out", HumanUnits.Bytes(totals.BytesOut));
        if (totals.BytesThrough > 0)
        {
            Figure("transit", HumanUnits.Bytes(totals.BytesThrough));
        }

        Figure("packets", HumanUnits.Count(totals.Packets));
        return sample.Rows.Any(row => row.Rate is null) ? line.AddWhole((Measuring, TextStyle.Quiet)) : line;

        void Figure(string label, string value) =>
            line.AddWhole(($"   {label} ", TextStyle.Quiet), ($"{value}/s", TextStyle.Strong));
    }

    /// <param name="first">Number of the first row shown, from 1.</param>
    public static StyledLine Keys(StyledLine line, int first, int last, int rows, int width)
    {
        foreach (var (key, does) in Brief)
        {
            var gap = line.Width > 0 ? "  " : "";
            line.AddWhole((gap + key, TextStyle.Plain), ($" {does}", TextStyle.Quiet));
        }

        var position = rows == 0 || last < first ? "" : $"{first}-{last} of {rows}";
        if (last - first + 1 < rows && width - position.Length > line.Width + 1)
        {
            line.PadTo(width - position.Length).Add(position, TextStyle.Quiet);
        }

        return line;
    }

    public static (int First, int Last) Help(List<StyledLine> lines, int room, Func<StyledLine> line)
    {
        foreach (var (key, does) in Full.Take(Math.Max(0, room)))
        {
            lines.Add(line().Add("  ").Add(key, TextStyle.Strong).PadTo(11).Add(does));
        }

        return (0, -1);
    }
}
