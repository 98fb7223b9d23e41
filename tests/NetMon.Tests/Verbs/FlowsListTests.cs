using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using NetMon.Core.Flows;
using NetMon.Terminal;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon flows</c>: a list.</summary>
public sealed class FlowsListTests : FlowsVerbHarness
{
    [Fact]
    public async Task A_list_is_printed_as_a_table()
    {
        Agent.List = context => context.Response.WriteAsync(FlowText.List(FlowTableTests.Flows));
        Assert.Equal(0, await RunAsync());
        Assert.Equal(6, Output.Text.Count(c => c == '\n'));
        Assert.Contains("10.244.1.17:41302          10.0.0.80:8080", Output.Text, StringComparison.Ordinal);
        Assert.Empty(Output.Errors);
    }

    [Fact]
    public async Task Filters_order_and_limit_go_to_theAgent()
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
            Assert.Single(Agent.Requests)
        );
    }

    [Fact]
    public async Task Every_choice_of_ends_goes_to_theAgent()
    {
        await RunAsync(
            "-n",
            "shop",
            "--pod",
            "web-*",
            "--workload",
            "deploy/web",
            "--service",
            "shop/cart:6380",
            "-l",
            "app=web,tier!=db",
            "--node",
            "node-1",
            "--from",
            "shop/web",
            "--to",
            "external",
            "--scope",
            "pod-to-external",
            "--traffic",
            "external",
            "--direction",
            "egress",
            "--cause",
            "timeout",
            "--failed"
        );
        Assert.Equal(
            "/api/v1/flows?namespace=shop&pod=web-%2A&workload=deploy%2Fweb&service=shop%2Fcart%3A6380"
                + "&label=app%3Dweb%2Ctier%21%3Ddb&node=node-1&from=shop%2Fweb&to=external&scope=pod-to-external"
                + "&traffic=external&direction=egress&cause=timeout",
            Assert.Single(Agent.Requests)
        );
        Assert.Equal("netmon: no active flow matches\n", Output.Errors);
    }

    [Fact]
    public async Task What_failed_is_what_has_any_cause()
    {
        Assert.Equal(0, await RunAsync("--failed"));
        Assert.Equal(
            "/api/v1/flows?"
                + string.Join('&', FlowWords.AllCauses.Skip(1).Select(cause => $"cause={cause}")),
            Assert.Single(Agent.Requests)
        );
    }

    [Fact]
    public async Task Processes_and_containers_are_asked_for_by_name()
    {
        Assert.Equal(0, await RunAsync("--process", "nginx*", "--container", "3f4e5a6b7c8d"));
        Assert.Equal("/api/v1/flows?process=nginx%2A&container=3f4e5a6b7c8d", Assert.Single(Agent.Requests));
    }

    [Fact]
    public async Task A_list_is_printed_with_names()
    {
        Agent.List = context => context.Response.WriteAsync(FlowText.List(NamedFlows.All));
        Assert.Equal(0, await RunAsync("--namespace", "shop"));
        Assert.Contains(
            "shop/web                   shop/redis (svc cart:6380) ",
            Output.Text,
            StringComparison.Ordinal
        );
        Assert.Contains("no-endpoints", Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sums_are_over_all_flows_whatever_the_order_and_the_limit()
    {
        Agent.List = context => context.Response.WriteAsync(FlowText.List(NamedFlows.All));
        Assert.Equal(
            0,
            await RunAsync("--by", "workload", "--last", "1", "--sort", "age", "--traffic", "external")
        );
        Assert.Equal("/api/v1/flows?traffic=external", Assert.Single(Agent.Requests));
        Assert.Equal(2, Output.Text.Count(c => c == '\n'));
        Assert.Contains("office", Output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "json",
        """
            {"time":"2026-03-01T12:00:00.000000Z","by":"namespace","pairs":[{"source":"shop","destination":"shop","flows":4,"failed":1,"sent_bytes":53523,"received_bytes":4658890,"packets":4714,"retransmits":0,"round_trip_us":500,"start":"2026-03-01T11:56:48.000000Z","last":"2026-03-01T11:59:59.750000Z"}]}

            """
    )]
    [InlineData(
        "yaml",
        """
            time: "2026-03-01T12:00:00.000000Z"
            by: namespace
            pairs:
            - source: shop
              destination: shop
              flows: 4
              failed: 1
              sent_bytes: 53523
              received_bytes: 4658890
              packets: 4714
              retransmits: 0
              round_trip_us: 500
              start: "2026-03-01T11:56:48.000000Z"
              last: "2026-03-01T11:59:59.750000Z"

            """
    )]
    public async Task Sums_have_exact_figures_for_other_programs(string format, string expected)
    {
        Agent.List = context => context.Response.WriteAsync(FlowText.List(NamedFlows.All));
        Assert.Equal(0, await RunAsync("--by", "namespace", "--last", "1", "-o", format));
        Assert.Equal(expected, Output.Text);
    }

    [Fact]
    public async Task Sums_of_nothing_are_a_document_without_pairs()
    {
        Agent.List = context => context.Response.WriteAsync(FlowText.List([]));
        Assert.Equal(0, await RunAsync("--by", "pod", "-o", "json"));
        Assert.EndsWith("\"by\":\"pod\",\"pairs\":[]}\n", Output.Text, StringComparison.Ordinal);
        Assert.Empty(Output.Errors);
    }

    [Fact]
    public async Task An_empty_list_says_so()
    {
        Assert.Equal(0, await RunAsync());
        Assert.Empty(Output.Text);
        Assert.Equal("netmon: no active flows\n", Output.Errors);
    }

    [Fact]
    public async Task An_empty_list_with_a_filter_says_that_nothing_matches()
    {
        Assert.Equal(0, await RunAsync("--port", "1"));
        Assert.Equal("netmon: no active flow matches\n", Output.Errors);
    }

    [Fact]
    public async Task Json_is_theAgents_own()
    {
        var json = FlowText.List(FlowTableTests.Flows);
        Agent.List = context => context.Response.WriteAsync(json);
        Assert.Equal(0, await RunAsync("-o", "json"));
        Assert.Equal(json + "\n", Output.Text);
    }

    [Fact]
    public async Task A_pager_that_takes_its_time_does_not_hold_theAgent()
    {
        var json = FlowText.List([
            .. Enumerable.Range(0, 20_000).Select(i => FlowText.Tcp("10.0.0.1", i, "10.0.0.2", 80)),
        ]);
        var sent = new TaskCompletionSource();
        Agent.List = async context =>
        {
            await context.SendAsync(json);
            sent.SetResult();
        };
        using var pager = new Pager();
        var output = new TerminalOutput(pager, TextWriter.Null);
        var running = Task.Run(() =>
            FlowsVerb
                .Create(() => output)
                .Parse(["-o", "json", "--server", Agent.Address.ToString()])
                .InvokeAsync()
        );
        await sent.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(running.IsCompleted);
        pager.Continue.Set();
        Assert.Equal(0, await running);
        Assert.Equal(json.Length + 1, pager.Length);
    }

    [Fact]
    public async Task A_list_that_comes_slowly_and_in_pieces_is_read_to_its_end()
    {
        var json = FlowText.List(FlowTableTests.Flows);
        Agent.List = async context =>
        {
            foreach (var piece in json.Chunk(300))
            {
                await context.SendAsync(new string(piece));
                await Task.Delay(5);
            }
        };
        Assert.Equal(0, await RunAsync());
        Assert.Equal(6, Output.Text.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task A_list_that_breaks_off_is_an_error(string format)
    {
        Agent.List = async context =>
        {
            await context.SendAsync(FlowText.List(FlowTableTests.Flows)[..1_000]);
            await Task.Delay(300);
            context.Abort();
        };
        Assert.Equal(1, await RunAsync("-o", format));
        Assert.StartsWith(
            $"netmon: the connection to the agent at {Agent.Address} broke: ",
            Output.Errors,
            StringComparison.Ordinal
        );
        AssertTwoLines();
    }

    [Fact]
    public async Task Something_else_than_a_list_is_an_error()
    {
        Agent.List = context => context.Response.WriteAsync("{\"hello\":\"world\"}");
        Assert.Equal(1, await RunAsync());
        Assert.StartsWith(
            $"netmon: the agent at {Agent.Address} sent something that is not a flow: ",
            Output.Errors,
            StringComparison.Ordinal
        );
        AssertTwoLines();
    }

    [Theory]
    [InlineData("{\"error\":\"ip: 'x' is not an address\\u001b[31m\"}", @"ip: 'x' is not an address\x1b[31m")]
    [InlineData("plain text\nand more", "plain text")]
    [InlineData("", "400 Bad Request")]
    public async Task A_refusal_shows_what_theAgent_said(string body, string said)
    {
        Agent.List = context =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return context.Response.WriteAsync(body);
        };
        Assert.Equal(1, await RunAsync());
        Assert.StartsWith(
            $"netmon: the agent at {Agent.Address} refused the request: {said}\n",
            Output.Errors,
            StringComparison.Ordinal
        );
        AssertTwoLines();
    }

    [Fact]
    public async Task A_refusals_text_is_cut_to_a_line()
    {
        Agent.List = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(new string('x', 1_000_000), context.RequestAborted);
        };
        Assert.Equal(1, await RunAsync());
        Assert.InRange(Output.Errors.Length, 300, 500);
    }

    [Theory]
    [InlineData(404, "has no flow API (404)")]
    [InlineData(503, "cannot answer now (503)")]
    [InlineData(302, "answered 302")]
    public async Task Another_status_is_an_error(int status, string said)
    {
        Agent.List = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        Assert.Equal(1, await RunAsync());
        Assert.Contains(said, Output.Errors, StringComparison.Ordinal);
        AssertTwoLines();
    }

    [Fact]
    public async Task Where_noAgent_listens_the_error_says_how_to_start_one()
    {
        Assert.Equal(1, await RunAtAsync(FakeAgent.Nobody.ToString()));
        Assert.Equal(
            $"""
            netmon: no agent answers at {FakeAgent.Nobody}: connection refused
            start one there with netmon agent, or name another with --server ADDR:PORT|unix:PATH or NETMON_SERVER

            """,
            Output.Errors
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
        Assert.Contains("does not speak HTTP", Output.Errors, StringComparison.Ordinal);
        await answering;
    }

    [Fact]
    public async Task Hostile_text_in_json_reaches_no_terminal()
    {
        Agent.List = context =>
            context.Response.WriteAsync("{\"time\":\"\u009b31m\u202e\u007f\",\"x\":\"\e]0;t\a\"}");
        Assert.Equal(0, await RunAsync("-o", "json"));
        Assert.All(Output.Text, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
    }

    private Task<int> RunAtAsync(string server) =>
        FlowsVerb.Create(() => Output.Target).Parse(["--server", server]).InvokeAsync();

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
}
