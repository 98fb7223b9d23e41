using System.Net;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Api.Access;

namespace NetMon.Agent.Tests.Api.Limits;

public sealed class HarmTests
{
    private const string Get = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n";

    [Fact]
    public async Task Slow_requests_are_ended_and_keep_nobody_waiting()
    {
        await using var server = await StartAsync(options =>
            options.Limits.RequestTimeout = TimeSpan.FromSeconds(2)
        );
        var slow = Enumerable.Range(0, 20).Select(_ => new RawConnection(server.Address)).ToArray();
        foreach (var connection in slow)
        {
            await connection.SendAsync(Get);
            await connection.SendAsync("X-Slow: ");
        }

        await AnswersAsync(server);
        foreach (var connection in slow)
        {
            Assert.StartsWith("HTTP/1.1 408 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
            connection.Dispose();
        }

        Assert.Equal(20, await server.RefusedAsync("slow_request", 20));
    }

    [Theory]
    [InlineData("GET /metrics?{0} HTTP/1.1\r\nHost: localhost\r\n\r\n", 9000, 414, "request_line")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: {0}\r\n\r\n", 20_000, 431, "headers")]
    [InlineData("GET /metrics HTTP/1.1\r\n\r\n", 0, 400, "bad_request")]
    [InlineData("nonsense\r\n\r\n", 0, 400, "bad_request")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n", 0, 413, "body")]
    public async Task What_is_too_large_or_malformed_is_refused(
        string request,
        int length,
        int status,
        string reason
    )
    {
        await using var server = await StartAsync();
        using var connection = new RawConnection(server.Address);
        await connection.SendAsync(request.Replace("{0}", new string('x', length), StringComparison.Ordinal));

        Assert.StartsWith($"HTTP/1.1 {status} ", await connection.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await server.RefusedAsync(reason, 1));
        await AnswersAsync(server);
    }

    [Fact]
    public async Task Too_many_headers_are_refused()
    {
        await using var server = await StartAsync();
        using var connection = new RawConnection(server.Address);
        await connection.SendAsync(
            Get + string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: 1\r\n")) + "\r\n"
        );

        Assert.StartsWith("HTTP/1.1 431 ", await connection.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_with_too_many_connections_loses_its_own_that_were_idle_longest()
    {
        await using var server = await StartAsync(options => options.Limits.ConnectionsPerClient = 3);
        using var other = new RawConnection(server.Address, IPAddress.Parse("127.0.0.2"));
        await other.SendAsync(Get + "\r\n");
        await other.ReadAnswerAsync();
        var connections = new List<RawConnection>();
        for (var i = 0; i < 4; i++)
        {
            var connection = new RawConnection(server.Address);
            await connection.SendAsync(Get + "\r\n");
            Assert.StartsWith(
                "HTTP/1.1 200 OK",
                await connection.ReadAnswerAsync(),
                StringComparison.Ordinal
            );
            connections.Add(connection);
        }

        Assert.Equal("", await connections[0].ReadToEndAsync());
        foreach (var connection in connections.Skip(1).Append(other))
        {
            await connection.SendAsync(Get + "Connection: close\r\n\r\n");
            Assert.Contains("HTTP/1.1 200 OK", await connection.ReadToEndAsync(), StringComparison.Ordinal);
            connection.Dispose();
        }

        Assert.Equal(1, await server.RefusedAsync("idle_connection", 1));
    }

    [Fact]
    public async Task Connections_that_are_in_use_give_way_to_nobody()
    {
        await using var server = await StartAsync(options => options.Limits.ConnectionsPerClient = 2);
        using var first = await StreamAsync(server);
        using var second = await StreamAsync(server);
        using var third = new RawConnection(server.Address);
        Assert.Equal("", await third.ReadToEndAsync());

        Assert.Equal(1, await server.RefusedAsync("client_connections", 1));
        using var other = new RawConnection(server.Address, IPAddress.Parse("127.0.0.2"));
        await other.SendAsync(Get + "\r\n");
        Assert.Equal("HTTP/1.1 200 OK", await other.ReadLineAsync());
    }

    [Fact]
    public async Task Two_thousand_silent_connections_of_many_clients_keep_nobody_out()
    {
        await using var server = await StartAsync();
        var silent = new List<RawConnection>();
        for (var i = 0; i < 2000; i++)
        {
            silent.Add(new RawConnection(server.Address, new IPAddress([127, 0, 1, (byte)(1 + (i % 200))])));
        }

        await AnswersAsync(server);
        // Not all of the others: one that was told to go may be counted while it still goes.
        Assert.InRange(await server.RefusedAsync("idle_connection", 1500), 1500, 2001);
        silent.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task What_everybody_may_ask_takes_no_place_of_a_stream()
    {
        await using var server = await StartAsync(options => options.Limits.Streams = 1);
        using var only = await StreamAsync(server);
        using var answer = await server
            .Client()
            .GetAsync(new Uri(GuardedServer.Open + "?follow=true", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Streams_are_limited_for_one_client_and_in_total()
    {
        await using var server = await StartAsync(options =>
        {
            options.Limits.Streams = 3;
            options.Limits.StreamsPerClient = 2;
        });
        using var first = await StreamAsync(server);
        using var second = await StreamAsync(server);
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(server));
        using var third = await StreamAsync(server, IPAddress.Parse("127.0.0.2"));
        Assert.Equal(
            HttpStatusCode.ServiceUnavailable,
            await StatusAsync(server, IPAddress.Parse("127.0.0.3"))
        );

        first.Dispose();
        var patience = DateTime.UtcNow.AddSeconds(30);
        while (await StatusAsync(server) != HttpStatusCode.OK)
        {
            Assert.True(DateTime.UtcNow < patience);
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task A_reader_that_stops_reading_is_left()
    {
        await using var server = await StartAsync(options =>
            options.Limits.StalledStream = TimeSpan.FromSeconds(2)
        );
        using var reader = new RawConnection(server.Address);
        await reader.SendAsync("GET /stream?endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var patience = DateTime.UtcNow.AddSeconds(120);
        while (server.Guard.Refusals.Read("slow_reader") == 0)
        {
            Assert.True(DateTime.UtcNow < patience);
            await AnswersAsync(server);
            await Task.Delay(50);
        }
    }

    private static Task<GuardedServer> StartAsync(Action<ApiOptions>? configure = null) =>
        GuardedServer.StartAsync(options =>
        {
            // A busy machine may take its time over a request that comes in pieces.
            options.Limits.RequestTimeout = TimeSpan.FromMinutes(1);
            configure?.Invoke(options);
        });

    private static async Task AnswersAsync(GuardedServer server)
    {
        var client = server.Client();
        client.Timeout = TimeSpan.FromSeconds(30);
        Assert.Equal("ok", await client.GetStringAsync(GuardedServer.Open));
    }

    private static async Task<HttpResponseMessage> StreamAsync(GuardedServer server, IPAddress? from = null)
    {
        var response = await server
            .Client(from)
            .GetAsync(GuardedServer.Stream, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private static async Task<HttpStatusCode> StatusAsync(GuardedServer server, IPAddress? from = null)
    {
        using var response = await server
            .Client(from)
            .GetAsync(GuardedServer.Stream, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }
}
