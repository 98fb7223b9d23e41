using System.Net;
using System.Net.Sockets;
using System.Text;
using NetMon.Agent.Options;
using NetMon.Agent.Streaming;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Api;

public sealed class FlowStreamTests
{
    private const int QueueCapacity = 4096;

    [Fact]
    public async Task Records_are_streamed_as_they_come_and_add_up_to_the_flow()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        using var stream = await agent.FollowAsync();
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();

        agent.Source.Put(flow.Record(RecordReason.Open, (1, 60)));
        var open = (await stream.NextAsync())!.Value.Flow!;
        agent.Source.Put(flow.Record(RecordReason.Update, (2, 120), (1, 1500)));
        var update = (await stream.NextAsync())!.Value.Flow!;
        agent.Source.Sweep.Enqueue(flow.Record(RecordReason.End, (1, 52)));
        var end = (await stream.NextAsync())!.Value.Flow!;

        Assert.Equal("open update end", $"{open.Event} {update.Event} {end.Event}");
        Assert.Equal(232, open.Sent.Bytes + update.Sent.Bytes + end.Sent.Bytes);
        Assert.Equal(1500, open.Received.Bytes + update.Received.Bytes + end.Received.Bytes);
        Assert.Single(new[] { open.Id, update.Id, end.Id }.Distinct());
        Assert.Single(new[] { open.Start, update.Start, end.Start }.Distinct());
    }

    [Fact]
    public async Task A_filter_holds_for_the_stream_too()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        using var stream = await agent.FollowAsync("&port=53");
        agent.Source.Put(new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Record(RecordReason.Open, (1, 60)));
        agent.Source.Put(
            new TestFlow("10.0.0.1:40000", "10.0.0.2:53", IpProtocol.Udp).Record(RecordReason.Open, (1, 70))
        );

        Assert.Equal(70, (await stream.NextAsync())!.Value.Flow!.Sent.Bytes);
    }

    [Fact]
    public async Task A_shutdown_streams_what_was_unreported_and_then_the_response_ends()
    {
        await using var agent = await AgentUnderTest.StartAsync(WithShortQueues);
        using var stream = await agent.FollowAsync();
        // More than a queue holds, and so few that a reader on a busy machine is done long before a shutdown waits no longer.
        const int Count = QueueCapacity + 1000;
        for (var i = 0; i < Count; i++)
        {
            var flow = new TestFlow(
                $"10.{i / 62500}.{i / 250 % 250}.{i % 250}:40000",
                "10.1.0.2:80",
                startNs: (ulong)i + 1
            );
            agent.Source.Drain.Enqueue(flow.Record(RecordReason.End, (3, 180)));
        }

        var reading = stream.RestAsync();
        await agent.Agent.StopAsync();
        var lines = await reading;

        Assert.Equal(0, lines.Sum(line => line.Lost));
        Assert.Equal(Count, lines.Count);
        Assert.Equal(180L * Count, lines.Sum(line => line.Flow!.Sent.Bytes));
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_told_what_it_lost_and_harms_nobody()
    {
        await using var agent = await AgentUnderTest.StartAsync(WithShortQueues);
        using var slow = await StalledReader.ConnectAsync(agent.Address);
        using var quick = await agent.FollowAsync();

        // Far more than its queue, the response's buffer and both sockets' buffers hold.
        const int Count = 80_000;
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80");
        long read = 0;
        var reading = Task.Run(async () =>
        {
            long lost = 0;
            while (read + lost < Count)
            {
                var line = (await quick.NextAsync())!.Value;
                lost += line.Lost;
                Interlocked.Add(ref read, line.Flow?.Sent.Packets ?? 0);
            }

            return lost;
        });
        for (var i = 0; i < Count; i++)
        {
            agent.Source.Put(flow.Record(RecordReason.Update, (1, 60)));
            while (i - Interlocked.Read(ref read) > QueueCapacity / 4 && !reading.IsCompleted)
            {
                await Task.Delay(1);
            }
        }

        Assert.Equal(0, await reading);
        var stopping = agent.Agent.StopAsync();
        var (records, missing) = await slow.ReadAllAsync();
        await stopping;
        Assert.True(missing > 0);
        Assert.Equal(Count, records + missing);
    }

    [Fact]
    public async Task One_follower_too_many_is_refused_and_the_others_go_on()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        var streams = new List<StreamReaderUnderTest>();
        for (var i = 0; i < Broadcaster.MaxSubscriptions; i++)
        {
            streams.Add(await agent.FollowAsync());
        }

        using var refused = await agent.Client.GetAsync(
            new Uri("/api/v1/flows?follow=true", UriKind.Relative)
        );
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        streams[0].Dispose();
        agent.Source.Put(new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Record(RecordReason.Open, (1, 60)));
        foreach (var stream in streams.Skip(1))
        {
            Assert.NotNull((await stream.NextAsync())!.Value.Flow);
            stream.Dispose();
        }
    }

    private static void WithShortQueues(AgentOptions options) =>
        options.Performance.BufferSize = QueueCapacity;

    /// <summary>A client that asks for the stream and reads nothing until it is told to.</summary>
    private sealed class StalledReader(Socket socket) : IDisposable
    {
        public static async Task<StalledReader> ConnectAsync(IPEndPoint address)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            {
                ReceiveBufferSize = 4096,
            };
            await socket.ConnectAsync(address);
            await socket.SendAsync(
                Encoding.ASCII.GetBytes("GET /api/v1/flows?follow=true HTTP/1.0\r\nHost: test\r\n\r\n")
            );

            // The head of the response: from here on the stream is subscribed.
            var head = new byte[1];
            var text = new StringBuilder();
            while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                Assert.Equal(1, await socket.ReceiveAsync(head));
                text.Append((char)head[0]);
            }

            return new StalledReader(socket);
        }

        public async Task<(long Records, long Lost)> ReadAllAsync()
        {
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream);
            long records = 0;
            long lost = 0;
            while (await reader.ReadLineAsync() is { } text)
            {
                Assert.True(FlowJsonReader.TryReadLine(Encoding.UTF8.GetBytes(text), out var line), text);
                records += line.Flow?.Sent.Packets ?? 0;
                lost += line.Lost;
            }

            return (records, lost);
        }

        public void Dispose() => socket.Dispose();
    }
}
