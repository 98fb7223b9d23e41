using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using NetMon.Core.Flows;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon flows</c> against an agent's API over real HTTP.</summary>
public sealed class FlowsVerbTests : IAsyncLifetime, IDisposable
{
    private readonly CapturedOutput _output = new();
    private FakeAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await FakeAgent.StartAsync();

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_list_is_printed_as_a_table()
    {
        _agent.List = context => context.Response.WriteAsync(FlowText.List(FlowTableTests.Flows));
        Assert.Equal(0, await RunAsync());
        Assert.Equal(6, _output.Text.Count(c => c == '\n'));
        Assert.Contains("10.244.1.17:41302          10.0.0.80:8080", _output.Text, StringComparison.Ordinal);
        Assert.Empty(_output.Errors);
    }

    [Fact]
    public async Task Filters_order_and_limit_go_to_the_agent()
    {
        await RunAsync(
            "--ip",
            "10.0.0.0/8",
            "--ip",
            "fd00::/8",
            "--port",
            "443",
            "--protocol",
            "TCP",
            "--state",
            "syn-sent",
            "--sort",
            "rtt",
            "--last",
            "20"
        );
        Assert.Equal(
            "/api/v1/flows?ip=10.0.0.0%2F8&ip=fd00%3A%3A%2F8&port=443&protocol=TCP&state=syn-sent&sort=rtt&last=20",
            Assert.Single(_agent.Requests)
        );
    }

    [Fact]
    public async Task An_empty_list_says_so()
    {
        Assert.Equal(0, await RunAsync());
        Assert.Empty(_output.Text);
        Assert.Equal("netmon: no active flows\n", _output.Errors);
    }

    [Fact]
    public async Task An_empty_list_with_a_filter_says_that_nothing_matches()
    {
        Assert.Equal(0, await RunAsync("--port", "1"));
        Assert.Equal("netmon: no active flow matches\n", _output.Errors);
    }

    [Fact]
    public async Task Json_is_the_agents_own()
    {
        var json = FlowText.List(FlowTableTests.Flows);
        _agent.List = context => context.Response.WriteAsync(json);
        Assert.Equal(0, await RunAsync("-o", "json"));
        Assert.Equal(json + "\n", _output.Text);
    }

    [Fact]
    public async Task A_pager_that_takes_its_time_does_not_hold_the_agent()
    {
        var json = FlowText.List([
            .. Enumerable.Range(0, 20_000).Select(i => FlowText.Tcp("10.0.0.1", i, "10.0.0.2", 80)),
        ]);
        var sent = new TaskCompletionSource();
        _agent.List = async context =>
        {
            await context.SendAsync(json);
            sent.SetResult();
        };
        using var pager = new Pager();
        var output = new NetMon.Terminal.TerminalOutput(pager, TextWriter.Null);
        var running = Task.Run(() =>
            FlowsVerb
                .Create(() => output)
                .Parse(["-o", "json", "--server", _agent.Address.ToString()])
                .InvokeAsync()
        );
        await sent.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(running.IsCompleted);
        pager.Continue.Set();
        Assert.Equal(0, await running);
        Assert.Equal(json.Length + 1, pager.Length);
    }

    [Fact]
    public async Task A_list_that_comes_slowly_and_in_pieces_is_read_to_its_end()
    {
        var json = FlowText.List(FlowTableTests.Flows);
        _agent.List = async context =>
        {
            foreach (var piece in json.Chunk(300))
            {
                await context.SendAsync(new string(piece));
                await Task.Delay(5);
            }
        };
        Assert.Equal(0, await RunAsync());
        Assert.Equal(6, _output.Text.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task A_list_that_breaks_off_is_an_error(string format)
    {
        _agent.List = async context =>
        {
            await context.SendAsync(FlowText.List(FlowTableTests.Flows)[..1_000]);
            await Task.Delay(300);
            context.Abort();
        };
        Assert.Equal(1, await RunAsync("-o", format));
        Assert.StartsWith(
            $"netmon: the connection to the agent at {_agent.Address} broke: ",
            _output.Errors,
            StringComparison.Ordinal
        );
        AssertTwoLines();
    }

    [Fact]
    public async Task Something_else_than_a_list_is_an_error()
    {
        _agent.List = context => context.Response.WriteAsync("{\"hello\":\"world\"}");
        Assert.Equal(1, await RunAsync());
        Assert.StartsWith(
            $"netmon: the agent at {_agent.Address} sent something that is not a flow: ",
            _output.Errors,
            StringComparison.Ordinal
        );
        AssertTwoLines();
    }

    [Theory]
    [InlineData("{\"error\":\"ip: 'x' is not an address\\u001b[31m\"}", @"ip: 'x' is not an address\x1b[31m")]
    [InlineData("plain text\nand more", "plain text")]
    [InlineData("", "400 Bad Request")]
    public async Task A_refusal_shows_what_the_agent_said(string body, string said)
    {
        _agent.List = context =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return context.Response.WriteAsync(body);
        };
        Assert.Equal(1, await RunAsync());
        Assert.StartsWith(
            $"netmon: the agent at {_agent.Address} refused the request: {said}\n",
            _output.Errors,
            StringComparison.Ordinal
        );
        AssertTwoLines();
    }

    [Fact]
    public async Task A_refusals_text_is_cut_to_a_line()
    {
        _agent.List = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(new string('x', 1_000_000), context.RequestAborted);
        };
        Assert.Equal(1, await RunAsync());
        Assert.InRange(_output.Errors.Length, 300, 500);
    }

    [Theory]
    [InlineData(404, "has no flow API (404)")]
    [InlineData(503, "cannot answer now (503)")]
    [InlineData(302, "answered 302")]
    public async Task Another_status_is_an_error(int status, string said)
    {
        _agent.List = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        Assert.Equal(1, await RunAsync());
        Assert.Contains(said, _output.Errors, StringComparison.Ordinal);
        AssertTwoLines();
    }

    [Fact]
    public async Task Where_no_agent_listens_the_error_says_how_to_start_one()
    {
        await _agent.DisposeAsync();
        Assert.Equal(1, await RunAsync());
        Assert.Equal(
            $"""
            netmon: no agent answers at {_agent.Address}: connection refused
            start one there with netmon agent, or name another with --server ADDR:PORT or NETMON_SERVER

            """,
            _output.Errors
        );
    }

    [Fact]
    public async Task What_does_not_speak_http_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            using var socket = await listener.AcceptSocketAsync();
            await socket.SendAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray());
            await socket.ReceiveAsync(new byte[100]);
        });
        Assert.Equal(1, await RunAtAsync(listener.LocalEndpoint.ToString()!));
        Assert.Contains("does not speak HTTP", _output.Errors, StringComparison.Ordinal);
        await answering;
    }

    [Theory]
    [InlineData("--ip", "10.0.0.0/33", "an IP address or network")]
    [InlineData("--port", "65536", "a port")]
    [InlineData("--protocol", "tpc", "a protocol")]
    [InlineData(
        "--state",
        "open",
        "unreplied, replied, syn-sent, syn-received, established, closing, closed or reset"
    )]
    [InlineData("--sort", "size", "recent, bytes, packets, age or rtt")]
    [InlineData("--last", "0", "a number of flows")]
    [InlineData("--output", "xml", "table, wide or json")]
    [InlineData("--server", "host:port", "an address and port")]
    public void A_wrong_value_is_named_with_its_option(string option, string value, string expected)
    {
        var error = Assert.Single(FlowsVerb.Create().Parse([option, value]).Errors);
        Assert.StartsWith($"{option}: '{value}' is not {expected}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_value_is_reported()
    {
        var errors = FlowsVerb
            .Create()
            .Parse(["--ip", "x", "--ip", "y", "--port", "z", "--follow", "--last", "3"])
            .Errors;
        var told = errors.Select(error => error.Message[..9]).Order(StringComparer.Ordinal);
        Assert.Equal("--ip: 'x' --ip: 'y' --last: a --port: '", string.Join(' ', told));
    }

    [Fact]
    public async Task A_followed_stream_is_printed_line_by_line_as_it_comes()
    {
        var next = new SemaphoreSlim(0);
        _agent.Follow = async context =>
        {
            var line = FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0]);
            await context.SendAsync(line[..50]);
            await next.WaitAsync(context.RequestAborted);
            await context.SendAsync(line[50..] + line[..9]);
            await next.WaitAsync(context.RequestAborted);
            await context.SendAsync(line[9..]);
            await context.StayAsync();
        };
        using var stop = new CancellationTokenSource();
        var running = RunAsync(stop.Token, "--follow");
        await _agent.WaitForRequestAsync();
        Assert.Empty(_output.Text);
        next.Release();
        await _output.WaitForAsync(output => output.Text.Count(c => c == '\n') == 2);
        next.Release();
        await _output.WaitForAsync(output => output.Text.Count(c => c == '\n') == 3);
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Empty(_output.Errors);
        Assert.Equal("/api/v1/flows?follow=true", Assert.Single(_agent.Requests));
    }

    [Fact]
    public async Task Followed_json_is_the_agents_own_and_tells_losses()
    {
        var text =
            FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0])
            + FlowText.Lost(7)
            + FlowText.Line(FlowEventKind.End, FlowTableTests.Flows[1]);
        _agent.Follow = async context =>
        {
            await context.SendAsync(text);
            await context.StayAsync();
        };
        using var stop = new CancellationTokenSource();
        var running = RunAsync(stop.Token, "--follow", "-o", "json");
        await _output.WaitForAsync(output => output.Text.Length >= text.Length);
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Equal(text, _output.Text);
    }

    [Fact]
    public async Task A_loss_is_told_where_it_happened()
    {
        _agent.Follow = async context =>
        {
            await context.SendAsync(FlowText.Lost(1_234));
            await context.StayAsync();
        };
        await FollowUntilAsync(output =>
            output.Errors.Contains("1234 records lost here", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_stream_is_followed_across_a_restart_of_the_agent()
    {
        _agent.Follow = async context =>
        {
            await context.SendAsync(
                FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0]) + "{\"id\":\"half"
            );
            if (_agent.Requests.Count == 1)
            {
                // A reset takes with it what is not read yet.
                await _output.WaitForAsync(output => output.Text.Contains("open", StringComparison.Ordinal));
                context.Abort();
            }

            await context.StayAsync();
        };
        await FollowUntilAsync(output => output.Text.Count(c => c == '\n') == 3);
        Assert.Matches(
            $"^netmon: the connection to the agent at {_agent.Address} broke: .*; waiting for {_agent.Address} to come back\nnetmon: connected again after [0-9.]+ s; what happened in between is not shown\n$",
            _output.Errors
        );
    }

    [Fact]
    public async Task An_agent_that_is_away_for_a_while_is_waited_for_with_one_message()
    {
        var port = _agent.Address.Port;
        _agent.Follow = context =>
            context.SendAsync(FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0]));
        using var stop = new CancellationTokenSource();
        var running = RunAsync(stop.Token, "--follow");
        await _output.WaitForAsync(output =>
            output.Errors.Contains("the agent ended the stream; waiting", StringComparison.Ordinal)
        );
        await _agent.DisposeAsync();
        await Task.Delay(1_000);
        _agent = await FakeAgent.StartAsync(port);
        _agent.Follow = async context =>
        {
            await context.SendAsync(FlowText.Line(FlowEventKind.Close, FlowTableTests.Flows[0]));
            await context.StayAsync();
        };
        await _output.WaitForAsync(output => output.Text.Contains("close", StringComparison.Ordinal));
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Contains("connected again after", _output.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_was_never_there_is_not_waited_for()
    {
        await _agent.DisposeAsync();
        Assert.Equal(1, await RunAsync("--follow"));
        AssertTwoLines();
    }

    [Fact]
    public async Task A_line_that_is_no_flow_ends_the_following()
    {
        _agent.Follow = async context =>
        {
            await context.SendAsync("{\"unexpected\":true}\n");
            await context.StayAsync();
        };
        Assert.Equal(1, await RunAsync("--follow"));
        Assert.Contains("sent something that is not a flow", _output.Errors, StringComparison.Ordinal);
        AssertTwoLines();
    }

    [Fact]
    public async Task A_reader_that_left_ends_the_following()
    {
        _agent.Follow = async context =>
        {
            while (true)
            {
                await context.SendAsync(FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0]));
            }
        };
        var closed = new NetMon.Terminal.TerminalOutput(new ClosedPipe(), TextWriter.Null);
        Assert.Equal(
            0,
            await FlowsVerb
                .Create(() => closed)
                .Parse(["--follow", "--server", _agent.Address.ToString()])
                .InvokeAsync()
        );
    }

    [Fact]
    public async Task Hostile_text_in_json_reaches_no_terminal()
    {
        _agent.List = context =>
            context.Response.WriteAsync("{\"time\":\"\u009b31m\u202e\u007f\",\"x\":\"\e]0;t\a\"}");
        Assert.Equal(0, await RunAsync("-o", "json"));
        Assert.All(_output.Text, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
    }

    private void AssertTwoLines() => Assert.Equal(2, _output.Errors.Count(c => c == '\n'));

    private async Task FollowUntilAsync(Func<CapturedOutput, bool> printed)
    {
        using var stop = new CancellationTokenSource();
        var running = RunAsync(stop.Token, "--follow");
        await _output.WaitForAsync(printed);
        await stop.CancelAsync();
        Assert.Equal(0, await running);
    }

    private Task<int> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    private Task<int> RunAtAsync(string server) =>
        FlowsVerb.Create(() => _output.Target).Parse(["--server", server]).InvokeAsync();

    private Task<int> RunAsync(CancellationToken stop, params string[] arguments) =>
        FlowsVerb
            .Create(() => _output.Target)
            .Parse([.. arguments, "--server", _agent.Address.ToString()])
            .InvokeAsync(cancellationToken: stop);

    /// <summary>A pipe whose reader shows a page until told to go on.</summary>
    private sealed class Pager : MemoryStream
    {
        public ManualResetEventSlim Continue { get; } = new();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Continue.Wait();
            base.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            Continue.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>A pipe whose reader is gone.</summary>
    private sealed class ClosedPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe", 32);
    }
}
