using NetMon.Core.Flows;
using NetMon.Terminal;
using NetMon.Testing;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon flows --follow</c>.</summary>
public sealed class FlowsFollowTests : FlowsVerbHarness
{
    [Fact]
    public async Task A_followed_stream_is_printed_line_by_line_as_it_comes()
    {
        var next = new SemaphoreSlim(0);
        Agent.Follow = async context =>
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
        await Agent.WaitForRequestAsync();
        Assert.Empty(Output.Text);
        next.Release();
        await Output.WaitForAsync(output => output.Text.Count(c => c == '\n') == 2);
        next.Release();
        await Output.WaitForAsync(output => output.Text.Count(c => c == '\n') == 3);
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Empty(Output.Errors);
        Assert.Equal("/api/v1/flows?follow=true", Assert.Single(Agent.Requests));
    }

    [Fact]
    public async Task Followed_json_is_theAgents_own_and_tells_losses()
    {
        var text =
            FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0])
            + FlowText.Lost(7)
            + FlowText.Line(FlowEventKind.End, FlowTableTests.Flows[1]);
        Agent.Follow = async context =>
        {
            await context.SendAsync(text);
            await context.StayAsync();
        };
        using var stop = new CancellationTokenSource();
        var running = RunAsync(stop.Token, "--follow", "-o", "json");
        await Output.WaitForAsync(output => output.Text.Length >= text.Length);
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Equal(text, Output.Text);
    }

    [Fact]
    public async Task A_loss_is_told_where_it_happened()
    {
        Agent.Follow = async context =>
        {
            await context.SendAsync(FlowText.Lost(1_234));
            await context.StayAsync();
        };
        await FollowUntilAsync(output =>
            output.Errors.Contains("1234 records lost here", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_stream_is_followed_across_a_restart_of_theAgent()
    {
        Agent.Follow = async context =>
        {
            await context.SendAsync(
                FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0]) + "{\"id\":\"half"
            );
            if (Agent.Requests.Count == 1)
            {
                // A reset takes with it what is not read yet.
                await Output.WaitForAsync(output => output.Text.Contains("open", StringComparison.Ordinal));
                context.Abort();
            }

            await context.StayAsync();
        };
        await FollowUntilAsync(output => output.Text.Count(c => c == '\n') == 3);
        Assert.Matches(
            $"^netmon: the connection to the agent at {Agent.Address} broke: .*; waiting for {Agent.Address} to come back\nnetmon: connected again after [0-9.]+ s; what happened in between is not shown\n$",
            Output.Errors
        );
    }

    [Fact]
    public async Task AnAgent_that_is_away_for_a_while_is_waited_for_with_one_message()
    {
        // Nobody else may be given its port meanwhile.
        await Agent.DisposeAsync();
        var port = FixedPort.Find();
        Agent = await FakeAgent.StartAsync(port);
        Agent.Follow = context =>
            context.SendAsync(FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0]));
        using var stop = new CancellationTokenSource();
        var running = RunAsync(stop.Token, "--follow");
        await Output.WaitForAsync(output =>
            output.Errors.Contains("the agent ended the stream; waiting", StringComparison.Ordinal)
        );
        await Agent.DisposeAsync();
        await Task.Delay(1_000);
        Agent = await FakeAgent.StartAsync(port);
        Agent.Follow = async context =>
        {
            await context.SendAsync(FlowText.Line(FlowEventKind.Close, FlowTableTests.Flows[0]));
            await context.StayAsync();
        };
        await Output.WaitForAsync(output => output.Text.Contains("close", StringComparison.Ordinal));
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Contains("connected again after", Output.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAgent_that_was_never_there_is_not_waited_for()
    {
        Assert.Equal(
            1,
            await FlowsVerb
                .Create(() => Output.Target)
                .Parse(["--follow", "--server", FakeAgent.Nobody.ToString()])
                .InvokeAsync()
        );
        AssertTwoLines();
    }

    [Fact]
    public async Task A_line_that_is_no_flow_ends_the_following()
    {
        Agent.Follow = async context =>
        {
            await context.SendAsync("{\"unexpected\":true}\n");
            await context.StayAsync();
        };
        Assert.Equal(1, await RunAsync("--follow"));
        Assert.Contains("sent something that is not a flow", Output.Errors, StringComparison.Ordinal);
        AssertTwoLines();
    }

    [Fact]
    public async Task A_reader_that_left_ends_the_following()
    {
        Agent.Follow = async context =>
        {
            while (true)
            {
                await context.SendAsync(FlowText.Line(FlowEventKind.Open, FlowTableTests.Flows[0]));
            }
        };
        var closed = new TerminalOutput(new ClosedPipe(), TextWriter.Null);
        Assert.Equal(
            0,
            await FlowsVerb
                .Create(() => closed)
                .Parse(["--follow", "--server", Agent.Address.ToString()])
                .InvokeAsync()
        );
    }

    private async Task FollowUntilAsync(Func<CapturedOutput, bool> printed)
    {
        using var stop = new CancellationTokenSource();
        var running = RunAsync(stop.Token, "--follow");
        await Output.WaitForAsync(printed);
        await stop.CancelAsync();
        Assert.Equal(0, await running);
    }

    /// <summary>A pipe whose reader is gone.</summary>
    private sealed class ClosedPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe", 32);
    }
}
