using System.Reflection;
using System.Text;
using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

public class InstrumentsTests
{
    private const string DocumentPath = "docs/metrics.md";
    private const string Ends =
        "src_namespace,src_workload,src_kind,dst_namespace,dst_workload,dst_kind,dst_service,scope,traffic,protocol,direction";

    [Fact]
    public void Every_instrument_is_in_the_list_of_all_once()
    {
        var fields = typeof(Instruments)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => Assert.IsType<Instrument>(field.GetValue(null)).Name);
        Assert.Equal(
            fields.Order(StringComparer.Ordinal),
            Instruments.All.Select(one => one.Name).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("netmon_flows_active", "protocol,direction")]
    [InlineData("netmon_flows_total", Ends + ",status")]
    [InlineData("netmon_bytes_total", Ends)]
    [InlineData("netmon_packets_total", Ends)]
    [InlineData("netmon_series", "family")]
    [InlineData("netmon_series_dropped_total", "family")]
    [InlineData("netmon_series_overflow_total", "family")]
    [InlineData("netmon_latency_seconds", Ends + ",type")]
    [InlineData("netmon_tcp_retransmits_total", Ends)]
    [InlineData("netmon_tcp_resets_total", Ends)]
    [InlineData("netmon_flow_failures_total", Ends + ",cause")]
    [InlineData("netmon_tcp_rtt_seconds", Ends + ",side")]
    [InlineData("netmon_tcp_events_total", Ends + ",event")]
    [InlineData("netmon_ebpf_events_processed_total", "")]
    [InlineData("netmon_ebpf_events_dropped_total", "reason")]
    [InlineData("netmon_processing_duration_seconds", "")]
    [InlineData("netmon_memory_usage_bytes", "")]
    [InlineData("netmon_cpu_usage_percentage", "")]
    [InlineData("netmon_interfaces", "kind")]
    [InlineData("netmon_map_entries", "map")]
    [InlineData("netmon_map_capacity", "map")]
    [InlineData("netmon_build_info", "version,revision")]
    public void The_names_that_users_hold_are_there_with_their_labels(string name, string labels)
    {
        var instrument = Assert.Single(
            Instruments.All,
            one => string.Equals(one.Name, name, StringComparison.Ordinal)
        );
        Assert.Equal(labels, string.Join(',', instrument.Labels));
    }

    [Fact]
    public void The_document_lists_exactly_these_instruments()
    {
        DocumentedPart.Check(DocumentPath, "instruments", Table());
    }

    [Fact]
    public void Every_reason_is_documented()
    {
        var document = File.ReadAllText(Repository.Path(DocumentPath));
        foreach (var field in typeof(MetricReasons).GetFields())
        {
            Assert.Contains($"`{field.GetValue(null)}`", document, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Promtool_has_no_complaint(bool filled)
    {
        var registry = filled ? AllFamilies.Filled() : AllFamilies.Empty();
        var (exitCode, output) = await Tool.RunAsync(
            "promtool",
            Exposition.Text(registry),
            "check",
            "metrics"
        );
        Skip.If(exitCode == -1, "promtool is not installed (Debian: prometheus)");
        Assert.Equal((0, ""), (exitCode, output));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_independent_reader_of_OpenMetrics_accepts_the_exposition(bool filled)
    {
        const string Script = """
            import sys
            from prometheus_client.openmetrics.parser import text_fd_to_metric_families
            for family in text_fd_to_metric_families(sys.stdin):
                print(family.name)
            """;
        Skip.IfNot(
            await Python.HasAsync("prometheus_client.openmetrics.parser", "text_fd_to_metric_families"),
            "python3-prometheus-client is not installed"
        );

        var registry = filled ? AllFamilies.Filled() : AllFamilies.Empty();
        var (exitCode, output) = await Python.RunAsync(
            Script,
            Exposition.Text(registry, ExpositionFormat.OpenMetrics)
        );

        Assert.True(exitCode == 0, output);
        Assert.Equal(
            Instruments.All.Select(one => one.Family).Order(StringComparer.Ordinal),
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
    }

    private static string Table()
    {
        var text = new StringBuilder("| Name | Type | Unit | Labels | Meaning |\n|---|---|---|---|---|\n");
        foreach (var one in Instruments.All)
        {
            var labels = string.Join(", ", one.Labels.Select(label => $"`{label}`"));
            text.Append(
                $"| `{one.Name}` | {one.Type.ToString().ToLowerInvariant()} | {one.Unit} | {labels} | {one.Help} |\n"
            );
        }

        return text.ToString();
    }
}
