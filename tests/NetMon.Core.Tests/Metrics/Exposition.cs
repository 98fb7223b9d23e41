using System.Buffers;
using System.Globalization;
using System.Text;
using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

/// <summary>What a scrape sees.</summary>
internal static class Exposition
{
    public static string Text(
        MetricRegistry registry,
        ExpositionFormat format = ExpositionFormat.PrometheusText
    )
    {
        var output = new ArrayBufferWriter<byte>();
        registry.Write(output, format);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Samples by name and labels, as they stand in the text.</summary>
    public static Dictionary<string, double> Samples(MetricRegistry registry) =>
        Text(registry)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .Select(line => (line, split: line.LastIndexOf(' ')))
            .ToDictionary(
                parts => parts.line[..parts.split],
                parts =>
                    double.Parse(
                        parts.line[(parts.split + 1)..].Replace("+Inf", "∞", StringComparison.Ordinal),
                        CultureInfo.InvariantCulture
                    ),
                StringComparer.Ordinal
            );

    /// <summary>Lines that belong to one family.</summary>
    public static string Lines(
        MetricRegistry registry,
        string family,
        ExpositionFormat format = ExpositionFormat.PrometheusText
    ) =>
        string.Join(
            '\n',
            Text(registry, format)
                .Split('\n')
                .Where(line => line.Contains(family, StringComparison.Ordinal))
                .Where(line => !line.StartsWith("netmon_series", StringComparison.Ordinal))
        );
}
