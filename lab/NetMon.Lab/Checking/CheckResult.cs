using System.Globalization;
using System.Text;
using NetMon.Lab.Traffic;

namespace NetMon.Lab.Checking;

/// <summary>What was sent beside what was counted, for every pair.</summary>
public sealed class CheckResult
{
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

    /// <summary>A line per pair; those that differ are marked.</summary>
    public override string ToString()
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
            .. Pairs.Select(Row),
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
public sealed record CheckedPair(Figure Figure, Sums Generated, Sums Counted);
