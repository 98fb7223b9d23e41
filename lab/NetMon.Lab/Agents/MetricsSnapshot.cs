using System.Globalization;
using System.Text.RegularExpressions;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Agents;

/// <summary>A series and its value at one moment.</summary>
public sealed record MetricSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string Label(string name) => Labels.GetValueOrDefault(name, "");
}

/// <summary>What /metrics said (Prometheus text format 0.0.4).</summary>
public sealed partial class MetricsSnapshot
{
    private MetricsSnapshot(string text, IReadOnlyList<MetricSample> samples)
    {
        Text = text;
        Samples = samples;
    }

    public string Text { get; }

    public IReadOnlyList<MetricSample> Samples { get; }

    /// <exception cref="LabException">A line that is neither a comment nor a sample.</exception>
    public static MetricsSnapshot Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(
            text,
            [
                .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Where(line => !line.StartsWith('#'))
                    .Select(ParseLine),
            ]
        );
    }

    /// <summary>Sum over the series of a name whose labels have these values.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) =>
        Samples
            .Where(sample =>
                sample.Name == name && labels.All(label => sample.Label(label.Label) == label.Value)
            )
            .Sum(sample => sample.Value);

    private static MetricSample ParseLine(string line)
    {
        var match = Line().Match(line);
        if (!match.Success)
        {
            throw new LabException($"not a metric: {line}");
        }

        var labels = Label()
            .Matches(match.Groups["labels"].Value)
            .ToDictionary(
                label => label.Groups["name"].Value,
                label => label.Groups["value"].Value,
                StringComparer.Ordinal
            );
        var value = match.Groups["value"].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var number => double.Parse(number, CultureInfo.InvariantCulture),
        };
        return new(match.Groups["name"].Value, labels, value);
    }

    [GeneratedRegex(
        @"^(?<name>[\w:]+)(\{(?<labels>.*)\})? (?<value>\S+)$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Line();

    [GeneratedRegex(@"(?<name>\w+)=""(?<value>([^""\\]|\\.)*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();
}
