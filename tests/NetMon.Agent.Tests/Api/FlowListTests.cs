using System.Diagnostics;
using System.Net;
using System.Text.Json;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Api;

public sealed class FlowListTests
{
    [Fact]
    public async Task Active_flows_are_listed_and_ended_ones_are_not()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        var ended = new TestFlow("10.0.0.1:40000", "10.0.0.2:80");
        agent.Source.Put(ended.Record(RecordReason.Open, (1, 60)));
        agent.Source.Put(ended.Record(RecordReason.End));
        agent.Source.Put(
            new TestFlow("10.0.0.1:40001", "10.0.0.2:443")
                .Established()
                .Record(RecordReason.Open, (2, 120), (1, 60))
        );
        await agent.HasFlowsAsync(1);

        var list = await agent.ListAsync();
        Assert.Equal(1, list.Total);
        var flow = Assert.Single(list.Flows);
        Assert.Equal("10.0.0.1", flow.Source.Ip);
        Assert.Equal(443, flow.Destination.Port);
        Assert.Equal("eth0", flow.Source.Interface);
        Assert.Equal((120, 1), (flow.Sent.Bytes, flow.Received.Packets));
        Assert.Equal("established", flow.State);
        Assert.Equal(150, flow.Tcp!.ConnectUs);
        Assert.Null(flow.Event);
    }

    [Fact]
    public async Task Flows_that_failed_and_ended_lately_are_listed_to_who_asks_what_became_of_flows()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        var unanswered = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").With(FlowFlags.SynSeen);
        unanswered.State.TcpState = FlowTcpState.SynSent;
        agent.Source.Put(unanswered.Record(RecordReason.Open, (1, 60)));
        agent.Source.Put(unanswered.Record(RecordReason.End));
        var well = new TestFlow("10.0.0.1:40001", "10.0.0.2:80").Established();
        agent.Source.Put(well.Record(RecordReason.Open, (1, 60)));
        agent.Source.Put(well.Record(RecordReason.End));
        agent.Source.Put(
            new TestFlow("10.0.0.1:40002", "10.0.0.2:443")
                .Established()
                .Record(RecordReason.Open, (2, 120), (1, 60))
        );
        await agent.HasFlowsAsync(1);

        Assert.Equal(443, Assert.Single((await agent.ListAsync()).Flows).Destination.Port);
        var failed = await agent.ListAsync("?status=failed");
        var flow = Assert.Single(failed.Flows);
        Assert.Equal(("timeout", true, 1), (flow.Cause, flow.Ended, failed.Total));
        Assert.Single((await agent.ListAsync("?cause=timeout&last=1")).Flows);
        Assert.Empty((await agent.ListAsync("?cause=refused")).Flows);
        Assert.Equal(
            [443, 80],
            (await agent.ListAsync("?status=failed&status=ok&sort=recent")).Flows.Select(one =>
                one.Destination.Port
            )
        );
    }

    [Theory]
    [InlineData("?protocol=udp", 1)]
    [InlineData("?port=80", 2)]
    [InlineData("?ip=10.0.1.0/24", 1)]
    [InlineData("?ip=10.0.0.0/8&protocol=tcp", 2)]
    [InlineData("?state=established", 1)]
    [InlineData("?state=established&state=unreplied", 3)]
    public async Task Filters_choose(string query, int expected)
    {
        await using var agent = await AgentUnderTest.StartAsync();
        agent.Source.Put(new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Record(RecordReason.Open, (1, 60)));
        agent.Source.Put(
            new TestFlow("10.0.1.1:40000", "10.0.0.2:80").Established().Record(RecordReason.Open, (1, 60))
        );
        agent.Source.Put(
            new TestFlow("10.0.0.1:40000", "10.0.0.2:53", IpProtocol.Udp).Record(RecordReason.Open, (1, 60))
        );
        await agent.HasFlowsAsync(3);

        var list = await agent.ListAsync(query);
        Assert.Equal(expected, list.Flows.Count);
        Assert.Equal(expected, list.Total);
    }

    [Theory]
    [InlineData("bytes", 9)]
    [InlineData("packets", 9)]
    [InlineData("age", 0)]
    [InlineData("recent", 9)]
    [InlineData("rtt", 9)]
    public async Task The_first_of_an_order_come_first_and_the_total_tells_of_the_rest(string sort, int first)
    {
        await using var agent = await AgentUnderTest.StartAsync();
        var now = (ulong)Stopwatch.GetTimestamp();
        for (var i = 0; i < 10; i++)
        {
            var flow = new TestFlow(
                $"10.0.0.1:{40000 + i}",
                "10.0.0.2:80",
                startNs: now + (ulong)i
            ).Established((uint)(100 * (i + 1)), (uint)(200 * (i + 1)));
            agent.Source.Put(flow.Record(RecordReason.Open, ((ulong)i + 1, 100 * ((ulong)i + 1))));
        }

        await agent.HasFlowsAsync(10);
        var list = await agent.ListAsync($"?sort={sort}&last=3");
        Assert.Equal(10, list.Total);
        Assert.Equal(
            Enumerable.Range(0, 3).Select(i => 40000 + (first == 0 ? i : 9 - i)),
            list.Flows.Select(flow => flow.Source.Port!.Value)
        );
    }

    [Theory]
    [InlineData("?port=99999", "port: '99999'")]
    [InlineData("?ip=10.0.0.0/33", "ip: '10.0.0.0/33'")]
    [InlineData("?colour=red", "colour")]
    [InlineData("?follow=perhaps", "follow: 'perhaps'")]
    [InlineData("?last=-1", "last: '-1'")]
    public async Task A_parameter_that_cannot_be_read_is_named(string query, string expected)
    {
        await using var agent = await AgentUnderTest.StartAsync();
        using var response = await agent.Client.GetAsync(new Uri("/api/v1/flows" + query, UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains(
            expected,
            body.RootElement.GetProperty("error").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_list_of_many_flows_is_whole_json_while_flows_come_and_go()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        const int Count = 20_000;
        var flows = new TestFlow[Count];
        for (var i = 0; i < Count; i++)
        {
            flows[i] = new TestFlow($"10.0.{i / 250}.{i % 250}:40000", "10.1.0.2:80");
            agent.Source.Put(flows[i].Record(RecordReason.Open, (1, 60)));
        }

        await agent.HasFlowsAsync(Count);
        var churn = Task.Run(() =>
        {
            for (var i = 0; i < Count / 2; i++)
            {
                agent.Source.Put(flows[i].Record(RecordReason.End));
            }
        });
        var list = await agent.ListAsync();
        await churn;

        Assert.True(list.Flows.Count <= list.Total);
        Assert.True(list.Flows.Count >= Count / 2);
        Assert.Equal(list.Flows.Count, list.Flows.DistinctBy(flow => flow.Id).Count());
    }

    [Fact]
    public async Task A_list_is_written_as_it_is_read_and_not_kept_in_memory()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        const int Count = 30_000;
        var flows = new TestFlow[Count];
        for (var i = 0; i < Count; i++)
        {
            flows[i] = new TestFlow($"10.0.{i / 250}.{i % 250}:40000", "10.1.0.2:80");
            agent.Source.Put(flows[i].Record(RecordReason.Open, (1, 60)));
        }

        await agent.HasFlowsAsync(Count);
        var uri = new Uri("/api/v1/flows", UriKind.Relative);
        using var response = await agent.Client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead);
        foreach (var flow in flows)
        {
            agent.Source.Put(flow.Record(RecordReason.End));
        }

        // What was written before is in the buffers of both sockets; the rest of the list finds its flows gone.
        await agent.HasFlowsAsync(0);
        Assert.True(FlowJsonReader.TryReadList(await response.Content.ReadAsByteArrayAsync(), out var list));
        Assert.Equal(Count, list.Total);
        Assert.InRange(list.Flows.Count, 1, Count * 9 / 10);
    }
}
