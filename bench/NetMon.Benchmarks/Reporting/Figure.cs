namespace NetMon.Benchmarks.Reporting;

/// <summary>One measured value, with the target it has if any.</summary>
/// <param name="What">What was measured, e.g. <c>resident memory, idle</c>.</param>
/// <param name="Value">With its unit.</param>
/// <param name="Target">With its unit; empty if none is set.</param>
/// <param name="Met">Null if there is no target.</param>
internal sealed record Figure(string What, string Value, string Target = "", bool? Met = null)
{
    /// <summary>A value that must not exceed a limit.</summary>
    public static Figure AtMost(
        string what,
        double value,
        double limit,
        string unit,
        string format = "0.##"
    ) => new(what, $"{value.ToString(format)} {unit}", $"<= {limit.ToString("0.##")} {unit}", value <= limit);
}

/// <summary>A part of the report.</summary>
/// <param name="Method">How it was measured, in a sentence or two.</param>
/// <param name="Extra">Markdown to stand below the figures; may be empty.</param>
internal sealed record Section(string Title, string Method, IReadOnlyList<Figure> Figures, string Extra = "");

internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
