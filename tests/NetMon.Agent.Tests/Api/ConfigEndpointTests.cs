using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NetMon.Agent.Api;
using NetMon.Testing;

namespace NetMon.Agent.Tests.Api;

public sealed class ConfigEndpointTests
{
    [Fact]
    public async Task Over_TCP_settings_can_be_read_and_not_changed()
    {
        await using var agent = await AgentUnderTest.StartAsync();

        using var json = JsonDocument.Parse(await agent.Client.GetStringAsync(Path));
        Assert.Equal(JsonValueKind.Array, json.RootElement.GetProperty("settings").ValueKind);
        Assert.Equal(0, json.RootElement.GetProperty("reloads").GetProperty("refused").GetInt32());

        using var answer = await agent.Client.PostAsJsonAsync(Path, new { });
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Without_prometheus_there_are_no_metrics_and_the_answer_says_why()
    {
        await using var agent = await AgentUnderTest.StartAsync(options => options.Metrics.Enabled = false);

        using var answer = await agent.Client.GetAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(
            "export.prometheus.enabled",
            await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_port_of_its_own_serves_metrics_and_health_and_nothing_else()
    {
        var port = FixedPort.Find();
        await using var agent = await AgentUnderTest.StartAsync(options => options.Metrics.Port = port);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        Assert.Contains(
            "netmon_build_info",
            await client.GetStringAsync(new Uri("/metrics", UriKind.Relative)),
            StringComparison.Ordinal
        );
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        using var flows = await client.GetAsync(new Uri("/api/v1/flows", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, flows.StatusCode);
    }

    private static Uri Path { get; } = new("/api/v1/config", UriKind.Relative);
}
