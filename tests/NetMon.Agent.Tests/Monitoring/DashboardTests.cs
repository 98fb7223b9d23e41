using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NetMon.Core.Metrics;
using NetMon.Testing.Lab;
using NetMon.Testing.Monitoring;

namespace NetMon.Agent.Tests.Monitoring;

public sealed partial class DashboardTests
{
    private static readonly TimeSpan Range = TimeSpan.FromMinutes(1);

    private static readonly string[] Names =
    [
        .. Directory
            .GetFiles(Folder(), "*.json")
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Files { get; } = [.. Names];

    [Fact]
    public void There_is_one_for_each_thing_to_look_at()
    {
        Assert.Equal(["agent.json", "cluster.json", "node.json", "workload.json"], Names);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_can_be_imported_anywhere(string file)
    {
        var dashboard = Open(file);

        Assert.Equal(39, dashboard.Json.GetProperty("schemaVersion").GetInt32());
        Assert.Matches("^netmon-[a-z]+$", dashboard.Json.GetProperty("uid").GetString());
        Assert.Contains(
            dashboard.Json.GetProperty("templating").GetProperty("list").EnumerateArray(),
            variable => variable.GetProperty("type").GetString() == "datasource"
        );
        Assert.All(
            DataSource().Matches(dashboard.Json.GetRawText()),
            match => Assert.Equal("${datasource}", match.Groups["uid"].Value)
        );
        var ids = PanelId().Matches(dashboard.Json.GetRawText()).Select(match => match.Groups["id"].Value);
        Assert.Distinct(ids);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_panel_says_what_it_shows_in_which_unit_and_stands_by_itself(string file)
    {
        var panels = Open(file).Panels;

        Assert.All(
            panels,
            panel =>
            {
                Assert.False(string.IsNullOrWhiteSpace(panel.Title));
                Assert.True(panel.Description?.EndsWith('.'), panel.Title);
                Assert.False(string.IsNullOrEmpty(panel.Unit), panel.Title);
                Assert.NotEmpty(panel.Queries);
                Assert.InRange(panel.Place.X + panel.Place.Width, 1, 24);
            }
        );
        Assert.Distinct(panels.Select(panel => (panel.Title, panel.Type)));
        foreach (var panel in panels)
        {
            Assert.DoesNotContain(panels, other => !ReferenceEquals(other, panel) && Overlap(other, panel));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_query_is_about_metrics_that_there_are(string file)
    {
        var names = Instruments
            .All.SelectMany(one =>
                one.Type == MetricType.Histogram
                    ? (string[])[one.Name + "_bucket", one.Name + "_sum", one.Name + "_count"]
                    : [one.Name]
            )
            .ToHashSet(StringComparer.Ordinal);
        var used = Open(file)
            .Panels.SelectMany(panel => panel.Queries)
            .SelectMany(query => MetricName().Matches(query).Select(match => match.Value))
            .Distinct();

        Assert.Empty(used.Except(names));
    }

    [SkippableFact]
    public async Task Every_query_of_every_panel_gets_data_from_a_Prometheus_that_scraped_an_agent()
    {
        PrometheusServer.SkipIfMissing();
        await using var agent = await ScrapedAgent.StartAsync();
        using var prometheus = PrometheusServer.Scraping([agent.Address]);
        Wait.Until(
            () => prometheus.Query("min(count_over_time(netmon_build_info[1m]))") is [{ Value: >= 4 }],
            "a few scrapes"
        );

        var empty = new List<string>();
        var queries = 0;
        foreach (var file in Names)
        {
            var dashboard = Open(file);
            var values = Choose(dashboard, prometheus);
            foreach (var panel in dashboard.Panels)
            {
                foreach (var query in panel.Queries.Select(one => Dashboard.Resolve(one, values, Range)))
                {
                    queries++;
                    if (!prometheus.Query(query).Any(series => !double.IsNaN(series.Value)))
                    {
                        empty.Add($"{file}: {panel.Title}: {query}");
                    }
                }
            }
        }

        Assert.Empty(empty);
        Assert.InRange(queries, 80, 500);
    }

    /// <summary>Opens a dashboard and gives each variable all its values, of which there must be some.</summary>
    private static Dictionary<string, string> Choose(Dashboard dashboard, PrometheusServer prometheus)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in dashboard.Variables)
        {
            var all = prometheus.LabelValues(
                Dashboard.Resolve(variable.Selector, values, Range),
                variable.Label
            );
            Assert.NotEmpty(all);
            values.Add(variable.Name, variable.AllValue ?? all[0]);
        }

        return values;
    }

    private static bool Overlap(DashboardPanel left, DashboardPanel right) =>
        left.Place.X < right.Place.X + right.Place.Width
        && right.Place.X < left.Place.X + left.Place.Width
        && left.Place.Y < right.Place.Y + right.Place.Height
        && right.Place.Y < left.Place.Y + left.Place.Height;

    private static Dashboard Open(string file) => Dashboard.Read(Path.Combine(Folder(), file));

    private static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../dashboards"));

    [GeneratedRegex(
        """
            "type":\s*"prometheus",\s*"uid":\s*"(?<uid>[^"]*)"
            """,
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex DataSource();

    [GeneratedRegex(
        """
            "id":\s*(?<id>\d+)
            """,
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PanelId();

    [GeneratedRegex(@"\b(netmon|process)_\w+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricName();
}
