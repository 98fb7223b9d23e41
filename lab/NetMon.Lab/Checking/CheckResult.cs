using System.Globalization;
using System.Text;
using NetMon.Lab.Traffic;

namespace NetMon.Lab.Checking;

/// <summary>What was sent beside what was counted, for every pair.</summary>
public sealed record CheckResult
{
    /// <param name="generated">What was on the wire.</param>
    /// <param name="counted">What NetMon's metrics say.</param>
    public CheckResult(FigureTable generated, FigureTable counted)
    {
        ArgumentNullException.ThrowIfNull(generated);
        ArgumentNullException.ThrowIfNull(counted);
        Pairs =
        [
            .. generated
                .Sums.Keys.Union(counted.Sums.Keys)
                .Select(figure => new CheckedPair(figure, generated[figure], counted[figure]))
                .OrderBy(pair => pair.Figure.Scope, StringComparer.Ordinal)
                .ThenBy(pair => pair.Figure.ToString(), StringComparer.Ordinal),
        ];
        Differing = [.. Pairs.Where(pair => pair.Generated != pair.Counted)];
    }

    public IReadOnlyList<CheckedPair> Pairs { get; }

    public IReadOnlyList<CheckedPair> Differing { get; }

    /// <summary>What may explain why pairs differ; empty if none does.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>
    /// A line per pair; those that differ are marked. They come first, and once more at the end with the evidence, since the middle of a
    /// long output is what gets lost.
    /// </summary>
    public override string ToString()
    {
        if (Differing.Count == 0)
        {
            return Table(Pairs);
        }

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Differing.Count} of {Pairs.Count} pairs differ:");
        text.Append(Table(Differing)).AppendLine().AppendLine("All pairs:").Append(Table(Pairs)).AppendLine();
        text.AppendLine(Evidence);
        text.AppendLine(CultureInfo.InvariantCulture, $"{Differing.Count} of {Pairs.Count} pairs differ:");
        foreach (var pair in Differing.Take(MostLines))
        {
            text.Append("! ").AppendLine(pair.ToString());
        }

        return text.ToString();
    }

    private static string Table(IReadOnlyList<CheckedPair> pairs)
    {
        string[][] rows =
        [
            [
                "",
                "source",
                "destination",
                "service",
                "protocol",
                "scope",
                "direction",
                "flows made",
                "counted",
                "packets sent",
                "counted",
                "bytes sent",
                "counted",
            ],
            .. pairs.Select(Row),
        ];
        var widths = Enumerable
            .Range(0, rows[0].Length)
            .Select(at => rows.Max(row => row[at].Length))
            .ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.AppendLine(
                string.Join(
                    "  ",
                    row.Select(
                        (cell, at) => at < FirstNumber ? cell.PadRight(widths[at]) : cell.PadLeft(widths[at])
                    )
                )
            );
        }

        return text.ToString();
    }

    private const int FirstNumber = 7;
    private const int MostLines = 20;

    private static string[] Row(CheckedPair pair) =>
        [
            pair.Generated == pair.Counted ? " " : "!",
            pair.Figure.Source.ToString(),
            pair.Figure.Destination.ToString(),
            pair.Figure.Service,
            pair.Figure.Protocol,
            pair.Figure.Scope,
            pair.Figure.Direction,
            Number(pair.Generated.Flows),
            Number(pair.Counted.Flows),
            Number(pair.Generated.Packets),
            Number(pair.Counted.Packets),
            Number(pair.Generated.Bytes),
            Number(pair.Counted.Bytes),
        ];

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

/// <param name="Generated">What was on the wire.</param>
/// <param name="Counted">What NetMon's metrics say.</param>
public sealed record CheckedPair(Figure Figure, Sums Generated, Sums Counted)
{
    /// <summary>Who, and only what differs.</summary>
    public override string ToString()
    {
        var differences = new List<string>();
        Compare("flows", Generated.Flows, Counted.Flows);
        Compare("packets", Generated.Packets, Counted.Packets);
        Compare("bytes", Generated.Bytes, Counted.Bytes);
        return $"{Figure}: {string.Join(", ", differences)}";

        void Compare(string what, long generated, long counted)
        {
            if (generated != counted)
            {
                differences.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{generated} {what} made, {counted} counted ({counted - generated:+0;-0})"
                    )
                );
            }
        }
    }
}
