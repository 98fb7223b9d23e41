using System.Buffers;
using System.Globalization;
using System.Text;
using NetMon.Agent.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>What /metrics shows of an agent, but for what is the process's own.</summary>
internal static class Figures
{
    // How long records took, and how often connection tracking was asked, is each process's own. A flow that waits when its agent is
    // killed waits anew: how it comes to its ends, and whether its last record is a late one, may differ.
    private static readonly string[] Own =
    [
        "netmon_processing_duration_seconds",
        "netmon_conntrack_lookups_total",
        "netmon_records_untracked_total",
        // What is under way is counted anew from the flows that are: a series of which there are none is not there.
        "netmon_series{family=\"netmon_flows_active\"}",
    ];

    public static Dictionary<string, double> Of(PipelineUnderTest agent)
    {
        var output = new ArrayBufferWriter<byte>();
        agent.Registry.Write(output, ExpositionFormat.PrometheusText);
        var figures = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["shadow packets"] = agent.Attribution.ShadowPackets,
            ["attributed"] = Enum.GetValues<AttributionResult>().Sum(agent.Attribution.Read),
        };
        foreach (var line in Encoding.UTF8.GetString(output.WrittenSpan).Split('\n'))
        {
            var end = line.LastIndexOf(' ');
            if (
                end > 0
                && line[0] != '#'
                && !Own.Any(name => line.StartsWith(name, StringComparison.Ordinal))
            )
            {
                figures.Add(line[..end], double.Parse(line[(end + 1)..], CultureInfo.InvariantCulture));
            }
        }

        return figures;
    }

    /// <returns>What differs, a line each.</returns>
    public static string Differences(Dictionary<string, double> expected, Dictionary<string, double> actual)
    {
        var differences =
            from name in expected.Keys.Union(actual.Keys).Order(StringComparer.Ordinal)
            let before = expected.GetValueOrDefault(name)
            let after = actual.GetValueOrDefault(name)
            where Math.Abs(before - after) > 1e-9 * Math.Abs(before)
            select $"{name}: {before} without an end, {after} over all lives";
        return string.Join('\n', differences);
    }

    /// <summary>No counter of before is less now.</summary>
    public static void AssertNoLess(Dictionary<string, double> before, Dictionary<string, double> after)
    {
        foreach (var (name, value) in before)
        {
            if (
                !name.StartsWith("netmon_series{", StringComparison.Ordinal)
                    && name.Contains("_total", StringComparison.Ordinal)
                || name.Contains("_bucket", StringComparison.Ordinal)
            )
            {
                Assert.True(
                    after.GetValueOrDefault(name) >= value,
                    $"{name}: {value}, then {after.GetValueOrDefault(name)}"
                );
            }
        }
    }
}
