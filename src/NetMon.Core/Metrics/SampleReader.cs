using System.Globalization;
using System.Text;

namespace NetMon.Core.Metrics;

/// <summary>Reads back the lines that <see cref="ExpositionWriter"/> writes of one family, so that whatever exposes itself can be asked, too.</summary>
internal static class SampleReader
{
    /// <param name="text">Sample lines without comments.</param>
    /// <param name="name">What each of them begins with.</param>
    public static List<MetricSample> Read(ReadOnlySpan<byte> text, string name)
    {
        var samples = new List<MetricSample>();
        foreach (var line in Encoding.UTF8.GetString(text).AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                samples.Add(ReadLine(line[name.Length..]));
            }
        }

        return samples;
    }

    private static MetricSample ReadLine(ReadOnlySpan<char> line)
    {
        var labels = new List<KeyValuePair<string, string>>();
        var start = line.IndexOfAny('{', ' ');
        var suffix = line[..start].ToString();
        var rest = line[start..];
        if (rest[0] == '{')
        {
            rest = rest[1..];
            while (rest[0] != '}')
            {
                var equals = rest.IndexOf('=');
                var name = rest[..equals].TrimStart(',').ToString();
                rest = rest[(equals + 2)..];
                labels.Add(new(name, Unescape(ref rest)));
            }

            rest = rest[1..];
        }

        return new MetricSample(suffix, labels, Number(rest.Trim()));
    }

    /// <summary>Takes a value up to its closing quotation mark, and that.</summary>
    private static string Unescape(ref ReadOnlySpan<char> rest)
    {
        var value = new StringBuilder();
        var at = 0;
        for (; rest[at] != '"'; at++)
        {
            value.Append(
                rest[at] != '\\' ? rest[at]
                : rest[++at] == 'n' ? '\n'
                : rest[at]
            );
        }

        rest = rest[(at + 1)..];
        return value.ToString();
    }

    private static double Number(ReadOnlySpan<char> text) =>
        text switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
}
