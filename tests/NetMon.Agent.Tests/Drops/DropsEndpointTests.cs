using System.Net;
using System.Text;
using NetMon.Agent.Tests.Api;
using NetMon.Core.Drops;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Drops;

public class DropsEndpointTests
{
    [Fact]
    public async Task The_list_has_the_latest_first_and_only_what_is_asked_for()
    {
        await using var test = await AgentUnderTest.StartAsync();
        test.Agent.Drops.Unavailable = null;
        test.Agent.Drops.Add(Drop("NETFILTER_DROP", packets: 1));
        test.Agent.Drops.Add(Drop("NO_SOCKET", packets: 2));
        test.Agent.Drops.Add(Drop("NETFILTER_DROP", packets: 3));

        Assert.Equal([3, 2, 1], (await ListAsync(test, "")).Drops.Select(drop => drop.Packets));
        var some = await ListAsync(test, "?reason=NETFILTER_DROP&last=1&workload=node-1");
        Assert.Equal((3, 2), (Assert.Single(some.Drops).Packets, some.Total));
        Assert.Empty((await ListAsync(test, "?to=node:node-1")).Drops);
    }

    [Fact]
    public async Task A_stream_has_what_comes_and_ends_with_the_agent()
    {
        await using var test = await AgentUnderTest.StartAsync();
        test.Agent.Drops.Unavailable = null;
        test.Agent.Drops.Add(Drop("NO_SOCKET", packets: 1));
        using var response = await test.Client.GetAsync(
            new Uri("/api/v1/drops?follow=true&reason=no_socket", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead
        );
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        test.Agent.Drops.Add(Drop("NETFILTER_DROP", packets: 2));
        test.Agent.Drops.Add(Drop("NO_SOCKET", packets: 3));
        test.Agent.Drops.Complete();

        Assert.True(
            DropJsonReader.TryReadLine(
                Encoding.UTF8.GetBytes((await reader.ReadLineAsync())!),
                out var drop,
                out _
            )
        );
        Assert.Equal(3, drop!.Packets);
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Without_drops_it_says_why()
    {
        await using var test = await AgentUnderTest.StartAsync();
        test.Agent.Drops.Unavailable = "drops are switched off";
        using var response = await test.Client.GetAsync(new Uri("/api/v1/drops", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("switched off", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused()
    {
        await using var test = await AgentUnderTest.StartAsync();
        using var response = await test.Client.GetAsync(
            new Uri("/api/v1/drops?state=closed", UriKind.Relative)
        );
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static async Task<DropListView> ListAsync(AgentUnderTest test, string query)
    {
        var body = await test.Client.GetByteArrayAsync(new Uri("/api/v1/drops" + query, UriKind.Relative));
        Assert.True(DropJsonReader.TryReadList(body, out var list));
        return list;
    }

    private static DroppedPackets Drop(string reason, long packets) =>
        new(
            new Flow
            {
                Source = new(TestAddress("10.0.0.1"), 40000, 0),
                Destination = new(TestAddress("192.0.2.1"), 80, 0),
                Protocol = IpProtocol.Tcp,
                Attribution = new() { Source = Endpoint.OfNode("node-1"), Destination = Endpoint.External },
            }
        )
        {
            Reason = DropReason.Find(reason),
            Packets = packets,
            Bytes = packets * 60,
            FirstNs = 1,
            LastNs = 2,
            Path = "receive",
        };

    private static NetworkAddress TestAddress(string text) => NetworkAddress.From(IPAddress.Parse(text));
}
