using System.Buffers;
using System.Globalization;
using System.Text;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Monitoring;

/// <summary>What a Prometheus would have scraped at given times, as one OpenMetrics text with timestamps: exact answers, and no waiting for them.</summary>
internal sealed class History(MetricRegistry registry)
{
    private readonly Dictionary<string, List<string>> _families = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    /// <param name="time">Seconds of the Unix epoch.</param>
    public void Scrape(long time)
    {
        var output = new ArrayBufferWriter<byte>();
        registry.Write(output, ExpositionFormat.OpenMetrics);
        var family = "";
        foreach (var line in Encoding.UTF8.GetString(output.WrittenSpan).Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                family = line;
                if (_families.TryAdd(family, []))
                {
                    _order.Add(family);
                }
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                _families[family].Add(string.Create(CultureInfo.InvariantCulture, $"{line} {time}"));
            }
        }
    }

    // Samples of one series come together.
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var family in _order)
        {
            text.Append(family).Append('\n');
            foreach (
                var line in _families[family]
                    .OrderBy(
                        line => line[..(line.LastIndexOf(' ', line.LastIndexOf(' ') - 1))],
                        StringComparer.Ordinal
                    )
            )
            {
                text.Append(line).Append('\n');
            }
        }

        return text.Append("# EOF\n").ToString();
    }
}
