using System.Text.RegularExpressions;
using NetMon.Core.Metrics;
using NetMon.Testing.Monitoring;

namespace NetMon.Agent.Tests.Monitoring;

public sealed partial class DashboardTests
{
    public static TheoryData<string> Files { get; } = [.. DashboardRun.Files];

    [Fact]
    public void There_is_one_for_each_thing_to_look_at()
    {
        Assert.Equal(
            ["agent.json", "cluster.json", "health.json", "node.json", "workload.json"],
            DashboardRun.Files
        );
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_can_be_imported_anywhere(string file)
    {
        var dashboard = DashboardRun.Open(file);

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
        var panels = DashboardRun.Open(file).Panels;

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
        var used = DashboardRun
            .Open(file)
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
        using var prometheus = PrometheusServer.Scraping(agent.Address);
        Wait.Until(
            () => prometheus.Query("min(count_over_time(netmon_build_info[1m]))") is [{ Value: >= 4 }],
            "a few scrapes"
        );
        var queries = 0;
        string[] empty = [];

        // A rate over a few seconds has no data after a scrape that a busy machine left out: then all are asked anew.
        Wait.TryUntil(
            () =>
            {
                var run = new DashboardRun(query => prometheus.Query(query), TimeSpan.FromSeconds(1));
                empty = [.. DashboardRun.Files.SelectMany(run.FindEmpty)];
                queries = run.Queries;
                return empty.Length == 0;
            },
            Wait.Patience,
            TimeSpan.FromSeconds(1)
        );
        Assert.Empty(empty);
        Assert.InRange(queries, 80, 500);
    }

    private static bool Overlap(DashboardPanel left, DashboardPanel right) =>
        left.Place.X < right.Place.X + right.Place.Width
        && right.Place.X < left.Place.X + left.Place.Width
        && left.Place.Y < right.Place.Y + right.Place.Height
        && right.Place.Y < left.Place.Y + left.Place.Height;

    [GeneratedRegex(
        """
            "type":\s*"prometheus",\s*"uid":\s*"(?<uid>[^"]*)"
            """,
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 60_000
    )]
    private static partial Regex DataSource();

    [GeneratedRegex(
        """
            "id":\s*(?<id>\d+)
            """,
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 60_000
    )]
    private static partial Regex PanelId();

    [GeneratedRegex(
        @"\b(netmon|process)_\w+",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 60_000
    )]
    private static partial Regex MetricName();
}
