using System.Globalization;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Agents;

/// <summary>A series and its value at one moment.</summary>
public sealed record MetricSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string Label(string name) => Labels.GetValueOrDefault(name, "");
}

/// <summary>What /metrics said (Prometheus text format 0.0.4).</summary>
public sealed class MetricsSnapshot
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

    // By hand: a busy test does nothing as often, and a regular expression's time limit would be one more that a pause of the machine can break.
    private static MetricSample ParseLine(string line)
    {
        var rest = line.AsSpan();
        var name = Name(ref rest);
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        if (name.Length == 0 || (Skip(ref rest, "{") && !TryLabels(ref rest, labels)) || !Skip(ref rest, " "))
        {
            throw new LabException($"not a metric: {line}");
        }

        return new(
            name,
            labels,
            rest switch
            {
                "+Inf" => double.PositiveInfinity,
                "-Inf" => double.NegativeInfinity,
                _ => double.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw new LabException($"not a metric's value: {line}"),
            }
        );
    }

    // name="value",... up to the brace; values stay escaped.
    private static bool TryLabels(ref ReadOnlySpan<char> rest, Dictionary<string, string> labels)
    {
        while (!Skip(ref rest, "}"))
        {
            var name = Name(ref rest);
            if (!Skip(ref rest, "=\""))
            {
                return false;
            }

            var end = 0;
            while (end < rest.Length && rest[end] != '"')
            {
                end += rest[end] == '\\' ? 2 : 1;
            }

            if (end >= rest.Length || !labels.TryAdd(name, rest[..end].ToString()))
            {
                return false;
            }

            rest = rest[(end + 1)..];
            _ = Skip(ref rest, ",");
        }

        return true;
    }

    private static string Name(ref ReadOnlySpan<char> rest)
    {
        var length = 0;
        while (
            length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] is '_' or ':')
        )
        {
            length++;
        }

        var name = rest[..length].ToString();
        rest = rest[length..];
        return name;
    }

    private static bool Skip(ref ReadOnlySpan<char> rest, string text)
    {
        if (!rest.StartsWith(text, StringComparison.Ordinal))
        {
            return false;
        }

        rest = rest[text.Length..];
        return true;
    }
}
