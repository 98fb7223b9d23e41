using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using NetMon.Client;
using NetMon.Core.Flows;
using NetMon.Tests.Terminal;

namespace NetMon.Tests.Client;

public sealed class FlowListReaderTests
{
    [Fact]
    public async Task A_list_is_the_same_however_its_bytes_arrive()
    {
        var text = FlowText.List(FlowTableTests.Flows);
        foreach (var size in new[] { 1, 2, 3, 7, 64, 1_000, 100_000 })
        {
            var list = await ReadAsync(text, size);
            Assert.Equal(FlowText.Now, list.Time);
            Assert.Equal(5, list.Total);
            Assert.Equal(5, list.Flows.Count);
            Assert.Equal("10.96.0.10", list.Flows[1].Destination.Ip);
            Assert.Equal(12, list.Flows[4].Tcp!.RetransmitsSent);
        }
    }

    [Fact]
    public async Task Members_may_come_in_any_order_and_unknown_ones_are_passed_over()
    {
        var flow = FlowText.List(FlowTableTests.Flows[0]);
        var flows = flow[flow.IndexOf('[', StringComparison.Ordinal)..(flow.LastIndexOf(']') + 1)];
        var text = $$"""
            { "new" : {"a":[1,{"flows":[]}]} , "flows" : {{flows}} , "node":"n1",
              "total" : 1 , "time" : "2026-03-01T12:00:00Z" }

            """;
        foreach (var size in new[] { 1, 5, 10_000 })
        {
            var list = await ReadAsync(text, size);
            Assert.Equal("10.244.1.17", Assert.Single(list.Flows).Source.Ip);
        }
    }

    [Fact]
    public async Task Many_flows_are_read()
    {
        var flows = Enumerable
            .Range(0, 20_000)
            .Select(i => FlowText.Tcp("10.0.0.1", i, "10.0.0.2", 80))
            .ToArray();
        var list = await ReadAsync(FlowText.List(flows), 16_384);
        Assert.Equal(20_000, list.Flows.Count);
        Assert.Equal(19_999, list.Flows[^1].Source.Port);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html>")]
    [InlineData("{\"time\":1,\"total\":0,\"flows\":[]}")]
    [InlineData("{\"time\":\"noon\",\"total\":0,\"flows\":[]}")]
    [InlineData("{\"time\":\"2026-03-01T12:00:00Z\",\"total\":\"0\",\"flows\":[]}")]
    [InlineData("{\"time\":\"2026-03-01T12:00:00Z\",\"total\":0,\"flows\":{}}")]
    [InlineData("{\"time\":\"2026-03-01T12:00:00Z\",\"total\":0,\"flows\":[1]}")]
    [InlineData("{\"time\":\"2026-03-01T12:00:00Z\",\"total\":0,\"flows\":[{}]}")]
    [InlineData("{\"time\":\"2026-03-01T12:00:00Z\",\"total\":0,\"flows\":[{\"lost\":3}]}")]
    [InlineData("{\"time\":\"2026-03-01T12:00:00Z\",\"total\":0,\"flows\":[]")]
    [InlineData("{\"time\":\"2026-03-01T12:00:00Z\",\"total\":0,\"flows\":[]}}")]
    public async Task What_is_no_list_is_refused(string text)
    {
        foreach (var size in new[] { 1, 10_000 })
        {
            await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(text, size));
        }
    }

    [Fact]
    public async Task A_flow_without_end_is_refused_before_it_fills_the_memory()
    {
        var text = "{\"flows\":[{\"id\":\"" + new string('x', FlowListReader.MaxFlow + 100_000);
        await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(text, 16_384));
    }

    private static async Task<FlowListView> ReadAsync(string text, int size)
    {
        var pipe = new Pipe();
        var writing = Task.Run(async () =>
        {
            foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(size))
            {
                if ((await pipe.Writer.WriteAsync(piece)).IsCompleted)
                {
                    break;
                }
            }

            await pipe.Writer.CompleteAsync();
        });
        try
        {
            await using var stream = pipe.Reader.AsStream();
            return await FlowListReader.ReadAsync(stream, CancellationToken.None);
        }
        finally
        {
            await writing;
        }
    }
}
