using Microsoft.AspNetCore.Http;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon status</c> against an agent's API over real HTTP.</summary>
public sealed class StatusVerbTests : FlowsVerbHarness
{
    [Fact]
    public async Task One_screen_tells_how_the_agent_is()
    {
        Answer(StatusText.Of());

        Assert.Equal(ExitCode.Ok, await StatusAsync());

        Assert.Equal("/api/v1/status", Assert.Single(Agent.Requests));
        foreach (
            var text in (string[])
                [
                    "netmon 0.1.0 (012345678) on node-1, up 3h12m",
                    "ready",
                    "on: drops",
                    "degraded: sockets",
                    "off: detections",
                    "12 observed: 10 of pods, 2 uplinks",
                    "1234 packets/s",
                    "1.50MB/s",
                    "4000 active of 262k",
                    "none",
                    "synced with https://10.96.0.1/, heard from 4s ago",
                    "120 pods",
                    "112MB memory (24.0MB managed), 61.0MB in kernel maps, 1.3% of a core",
                ]
        )
        {
            Assert.Contains(text, Output.Text, StringComparison.Ordinal);
        }

        Assert.Empty(Output.Errors);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(300, 12)]
    public async Task It_fits_a_terminal_of_80_columns_and_24_lines(int troubles, int losses)
    {
        using var terminal = new CapturedOutput(width: 80);
        Answer(StatusText.Of(troubles: troubles, losses: losses));

        await RunAsync(terminal);

        var lines = terminal.Text.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 10, 23);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
        Assert.Contains(lines, line => line.StartsWith("Uses", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_is_not_ready_ends_with_code_3_and_says_why()
    {
        Answer(StatusText.Of(ready: false, troubles: 1));

        Assert.Equal(ExitCode.NotReady, await StatusAsync());

        Assert.Contains("not ready", Output.Text, StringComparison.Ordinal);
        Assert.Contains("cannot observe eth0", Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_ends_with_code_1_and_a_next_step()
    {
        var code = await StatusVerb
            .Create(() => Output.Target)
            .Parse(["--server", FakeAgent.Nobody.ToString()])
            .InvokeAsync();

        Assert.Equal(ExitCode.Failed, code);

        Assert.Empty(Output.Text);
        AssertTwoLines();
    }

    [Fact]
    public async Task Json_is_the_agents_own_and_the_code_tells_the_same()
    {
        Answer(StatusText.Of(ready: false));

        Assert.Equal(ExitCode.NotReady, await StatusAsync("-o", "json"));

        Assert.Equal(StatusText.Of(ready: false) + "\n", Output.Text);
    }

    [Fact]
    public async Task Colour_is_for_terminals_that_have_it()
    {
        using var coloured = new CapturedOutput(width: 100, colour: true);
        using var plain = new CapturedOutput(width: 100);
        Answer(StatusText.Of(troubles: 1));

        await RunAsync(coloured);
        await RunAsync(plain);

        Assert.Contains("\e[", coloured.Text, StringComparison.Ordinal);
        Assert.Equal(plain.Text, Ansi.Strip(coloured.Text));
    }

    [Fact]
    public async Task Watching_shows_it_again_until_it_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        Answer(StatusText.Of(cluster: false));

        var watching = RunAsync(Output, stop.Token, "--watch", "--interval", "100ms");
        await Output.WaitForAsync(output => output.Text.Split("on node-1").Length > 3);
        await stop.CancelAsync();

        Assert.Equal(ExitCode.Ok, await watching);
        Assert.DoesNotContain('\e', Output.Text);
    }

    [Fact]
    public async Task Several_agents_are_a_line_each_and_the_code_is_that_of_the_worst()
    {
        Answer(
            $$"""{"agents":[{"agent":"node-1",{{StatusText.Of()[1..]}},{"agent":"node-2","error":"no port-forward"}]}"""
        );

        Assert.Equal(ExitCode.NotReady, await StatusAsync());

        var lines = Output.Text.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Matches("^NODE +READY ", lines[0]);
        Assert.Matches("^node-1 +yes +0.1.0 +3h12m ", lines[1]);
        Assert.Matches("^node-2 +unreachable .*no port-forward", lines[2]);
    }

    private void Answer(string text) => Agent.List = context => context.Response.WriteAsync(text);

    private Task<int> StatusAsync(params string[] arguments) =>
        RunAsync(Output, CancellationToken.None, arguments);

    private Task<int> RunAsync(CapturedOutput output) => RunAsync(output, CancellationToken.None);

    private Task<int> RunAsync(CapturedOutput output, CancellationToken stop, params string[] arguments) =>
        StatusVerb
            .Create(() => output.Target)
            .Parse([.. arguments, "--server", Agent.Address.ToString()])
            .InvokeAsync(cancellationToken: stop);
}
