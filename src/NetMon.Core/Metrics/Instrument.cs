using System.Buffers;

namespace NetMon.Core.Metrics;

public enum MetricType
{
    Counter,
    Gauge,
    Histogram,
    Summary,

    /// <summary>Always 1; its labels are the information. A gauge in the Prometheus text format.</summary>
    Info,
}

/// <summary>What a family of series is: everything about it that does not change.</summary>
public sealed class Instrument
{
    /// <param name="name">Full name, with the suffix that its type asks for (<c>_total</c>, <c>_info</c>).</param>
    /// <param name="type">Type.</param>
    /// <param name="unit">Base unit in plural (<c>bytes</c>, <c>seconds</c>), or what is counted.</param>
    /// <param name="help">One sentence or more.</param>
    /// <param name="labels">Label names, in order.</param>
    /// <exception cref="ArgumentException">A name that the exposition formats do not allow.</exception>
    public Instrument(
        string name,
        MetricType type,
        string unit,
        string help,
        params ReadOnlySpan<string> labels
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(help);
        var suffix = Suffix(type);
        if (!MetricNames.IsName(name) || !name.EndsWith(suffix, StringComparison.Ordinal))
        {
            throw new ArgumentException($"not the name of a {type}: {name}", nameof(name));
        }

        foreach (var label in labels)
        {
            if (!MetricNames.IsLabel(label))
            {
                throw new ArgumentException($"not a label name: {label}", nameof(labels));
            }
        }

        Name = name;
        Type = type;
        Unit = unit;
        Help = help;
        Labels = [.. labels];
        Family = name[..^suffix.Length];
    }

    /// <summary>Name of the samples of a counter or gauge; what users query.</summary>
    public string Name { get; }

    /// <summary>Name without the type's suffix: what OpenMetrics calls the metric family.</summary>
    public string Family { get; }

    public MetricType Type { get; }
    public string Unit { get; }
    public string Help { get; }
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The same instrument with other labels: for those that configuration chooses.</summary>
    public Instrument With(params ReadOnlySpan<string> labels) => new(Name, Type, Unit, Help, labels);

    private static string Suffix(MetricType type) =>
        type switch
        {
            MetricType.Counter => "_total",
            MetricType.Info => "_info",
            _ => "",
        };
}

/// <summary>Which names the exposition formats allow.</summary>
internal static class MetricNames
{
    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "_:0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    );

    public static bool IsName(ReadOnlySpan<char> name) =>
        !name.IsEmpty && !char.IsAsciiDigit(name[0]) && !name.ContainsAnyExcept(Characters);

    // Names that begin with two underscores are Prometheus' own; le and quantile belong to histograms and summaries.
    public static bool IsLabel(ReadOnlySpan<char> name) =>
        IsName(name) && !name.Contains(':') && !name.StartsWith("__") && name is not "le" and not "quantile";
}
