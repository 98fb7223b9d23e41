using System.Net;
using System.Text.Json;
using NetMon.Agent.Tests.Api;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Detections.Events;

namespace NetMon.Agent.Tests.Detections;

public sealed class EventsApiTests
{
    private const string Path = "/api/v1/events";

    [Fact]
    public async Task A_scan_is_in_the_list_the_stream_and_the_metric()
    {
        await using var agent = await AgentUnderTest.StartAsync(Configure);
        using var stream = await agent.Client.GetAsync(
            new Uri(Path + "?follow=true&type=vertical-scan", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead
        );
        Assert.Equal("application/x-ndjson", stream.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync());
        for (var port = 1; port <= 40; port++)
        {
            Refuse(agent.Source, port);
        }

        var told = Read<SecurityEventView>((await lines.ReadLineAsync())!);
        Assert.Equal(("begin", "vertical-scan", "ongoing"), (told.Event, told.Type, told.State));
        Assert.Equal(("10.0.0.1", "host", "Node"), (told.Source!.Ip, told.Source.Workload, told.Source.Kind));
        Assert.Equal("10.0.0.9", told.Destination!.Ip);
        Assert.InRange((DateTimeOffset.UtcNow - told.Since).TotalMinutes, -1, 1);

        var list = await ListAsync(agent, "?since=5m&workload=host&severity=high&limit=5");
        Assert.Equal((1, told.Id), (list.Total, Assert.Single(list.Events).Id));
        Assert.Empty((await ListAsync(agent, "?type=beacon")).Events);
        Assert.Empty((await ListAsync(agent, "?namespace=shop")).Events);
        var metrics = await agent.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains(
            "netmon_security_events_total{type=\"vertical-scan\",namespace=\"\",workload=\"host\"} 1\n",
            metrics,
            StringComparison.Ordinal
        );
        Assert.Contains("netmon_feature_up{feature=\"detections\"} 1\n", metrics, StringComparison.Ordinal);

        await agent.Agent.StopAsync();
        while (await lines.ReadLineAsync() is { } line)
        {
            Assert.Equal("update", Read<SecurityEventView>(line).Event);
        }
    }

    [Theory]
    [InlineData("?type=scan", "type: 'scan' is not one of vertical-scan")]
    [InlineData("?since=yesterday", "since: 'yesterday' is not a time")]
    [InlineData("?limit=-1", "limit: '-1' is not a number of events")]
    [InlineData("?colour=red", "colour: unknown parameter")]
    public async Task What_makes_no_sense_is_refused(string query, string error)
    {
        await using var agent = await AgentUnderTest.StartAsync();
        using var answer = await agent.Client.GetAsync(new Uri(Path + query, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.StartsWith(error, body.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switched_off_nothing_is_looked_for_and_the_api_says_so()
    {
        await using var agent = await AgentUnderTest.StartAsync(options =>
            options.SecurityMonitoring.Enabled = false
        );
        using var answer = await agent.Client.GetAsync(new Uri(Path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(
            "security_monitoring",
            await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        var metrics = await agent.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("netmon_feature_up{feature=\"detections\"} 0\n", metrics, StringComparison.Ordinal);
    }

    private static void Configure(NetMon.Agent.Options.AgentOptions options) =>
        options.SecurityMonitoring.AnswerWait = TimeSpan.FromMilliseconds(100);

    private static void Refuse(ScriptedSource source, int port)
    {
        var flow = new TestFlow($"10.0.0.1:{40_000 + port}", $"10.0.0.9:{port}");
        flow.With(FlowFlags.SynSeen).WithFlags(0x02, 0x14);
        flow.State.TcpState = FlowTcpState.Reset;
        source.Put(flow.Record(RecordReason.Open, (1, 60), (1, 40)));
    }

    private static async Task<SecurityEventListView> ListAsync(AgentUnderTest agent, string query) =>
        Read<SecurityEventListView>(
            await agent.Client.GetStringAsync(new Uri(Path + query, UriKind.Relative))
        );

    private static T Read<T>(string json) =>
        (T)JsonSerializer.Deserialize(json, typeof(T), SecurityEventContext.Default)!;
}
