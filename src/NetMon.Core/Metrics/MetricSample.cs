namespace NetMon.Core.Metrics;

/// <summary>One value of a family, as it stood when it was read.</summary>
/// <param name="Suffix">What follows the family's name: <c>_sum</c>, <c>_count</c>, <c>_bucket</c>; empty for most.</param>
/// <param name="Labels">Names and values, in the family's order.</param>
/// <param name="Value">The value.</param>
public readonly record struct MetricSample(
    string Suffix,
    IReadOnlyList<KeyValuePair<string, string>> Labels,
    double Value
);
