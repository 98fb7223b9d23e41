using System.Text.RegularExpressions;
using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

/// <summary>Values of labels that would be metrics of their own.</summary>
public sealed partial class HostileLabelTests
{
    private static readonly string[] Values =
    [
        "x\"} 1\nnetmon_forged_total{a=\"b",
        "x\\\"} 1\nforged 1\n#",
        "\n# HELP netmon_forged_total forged",
        "\r\nforged 1",
        "\\",
        "\"",
        "\u2028forged 1\u0085forged 2",
        new('"', 300),
        new('\\', 255),
        "\ud800\"\n",
    ];

    [SkippableFact]
    public async Task No_value_of_a_label_becomes_a_line_of_its_own()
    {
        var registry = new MetricRegistry();
        registry.Observe(
            Instruments.InterfaceFailed,
            (ref MetricSamples samples) =>
            {
                foreach (var value in Values)
                {
                    samples.Add(1L, value);
                }
            }
        );
        var text = Exposition.Text(registry);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Values.Length, lines.Count(line => !line.StartsWith('#')));
        Assert.All(lines.Where(line => !line.StartsWith('#')), line => Assert.Matches(Sample(), line));

        var (exitCode, output) = await Tool.RunAsync("promtool", text, "check", "metrics");
        Skip.If(exitCode == -1, "promtool is not installed (Debian: prometheus)");
        Assert.Equal((0, ""), (exitCode, output));
    }

    [GeneratedRegex(
        """^netmon_interface_failed\{interface="([^"\\]|\\["\\n])*"\} 1$""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Sample();
}
