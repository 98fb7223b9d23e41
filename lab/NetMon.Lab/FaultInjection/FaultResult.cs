using System.Text;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection;

/// <summary>A fault beside what NetMon said of it.</summary>
/// <param name="Truth">What others saw; null if it did not come about.</param>
/// <param name="Failure">Why not; empty if it did.</param>
/// <param name="Unanswered">What the person's command prints that does not tell; empty if it tells.</param>
internal sealed record FaultRow(
    Fault Fault,
    Truth? Truth,
    string Failure,
    string Unanswered,
    IReadOnlyList<Finding> Said
)
{
    public bool Matches =>
        Truth is not null && Unanswered.Length == 0 && Fault.Expected.Matches(Said, Truth.Count);
}

/// <summary>All faults that were made.</summary>
public sealed class FaultResult
{
    private readonly IReadOnlyList<FaultRow> _rows;
    private readonly IReadOnlyList<string> _lacking;

    /// <param name="rows">One for each fault.</param>
    /// <param name="lacking">What agents say that they lack.</param>
    internal FaultResult(IReadOnlyList<FaultRow> rows, IReadOnlyList<string> lacking)
    {
        _rows = rows;
        _lacking = lacking;
    }

    /// <summary>Names, in the order of the table.</summary>
    public IReadOnlyList<string> Faults => [.. _rows.Select(row => row.Fault.Name)];

    /// <summary>Names of those of which NetMon said something else than expected.</summary>
    public IReadOnlyList<string> Differing =>
        [.. _rows.Where(row => !row.Matches).Select(row => row.Fault.Name)];

    /// <summary>A line for each, and below what a person types to be told.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(
            text,
            ["FAULT", "INJECTED", "TRUTH", "EXPECTED", "NETMON SAYS", "MATCH"],
            _rows.Select(row =>
                (string[])
                    [
                        row.Fault.Name,
                        row.Fault.Injected,
                        row.Truth?.Text ?? $"not as meant: {row.Failure}",
                        row.Fault.Expected.ToString(),
                        row.Said.Count > 0 ? string.Join(", ", row.Said) : "nothing",
                        row.Matches ? "yes" : "NO",
                    ]
            )
        );
        text.AppendLine();
        Append(
            text,
            ["FAULT", "A PERSON ASKS", "ANSWERED"],
            _rows.Select(row =>
                (string[])
                    [
                        row.Fault.Name,
                        $"netmon {row.Fault.Command}",
                        row.Unanswered.Length == 0 ? "yes" : $"NO: {row.Unanswered}",
                    ]
            )
        );
        foreach (var reason in _lacking)
        {
            text.AppendLine().Append("lacking on ").Append(reason);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder to, IReadOnlyList<string> head, IEnumerable<string[]> lines)
    {
        IReadOnlyList<string>[] rows = [head, .. lines];
        var widths = head.Select((_, at) => rows.Max(row => row[at].Length)).ToArray();
        foreach (var row in rows)
        {
            to.AppendLine(string.Join("  ", row.Select((cell, at) => cell.PadRight(widths[at]))).TrimEnd());
        }
    }
}
