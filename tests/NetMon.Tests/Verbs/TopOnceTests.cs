using Microsoft.AspNetCore.Http;
using NetMon.Testing;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary>The view that draws on a terminal, asked for one table on none.</summary>
public sealed class TopOnceTests : IDisposable
{
    private readonly CapturedOutput _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task It_prints_one_table_of_rates_and_ends()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.List = context => context.Response.WriteAsync(FlowText.List(FlowTableTests.Flows));

        Assert.Equal(ExitCode.Ok, await RunAsync(agent));

        var lines = _output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(FlowTableTests.Flows.Length + 1, lines.Length);
        Assert.Matches("^SOURCE .* SENT/s +RECV/s ", lines[0]);
        Assert.DoesNotContain('\x1b', _output.Text);
        Assert.True(agent.Requests.Count >= 2, "a rate takes two looks");
    }

    [Fact]
    public async Task Without_flows_it_says_so_and_has_not_failed()
    {
        await using var agent = await FakeAgent.StartAsync();

        Assert.Equal(ExitCode.Ok, await RunAsync(agent));

        Assert.Equal(("", "netmon: no active flows\n"), (_output.Text, _output.Errors));
    }

    [Fact]
    public async Task Without_an_agent_it_fails_in_two_lines()
    {
        // Nobody else may be given its port.
        var agent = await FakeAgent.StartAsync(FixedPort.Find());
        await agent.DisposeAsync();

        Assert.Equal(ExitCode.Failed, await RunAsync(agent));

        Assert.Equal(2, _output.Errors.Count(letter => letter == '\n'));
    }

    private Task<int> RunAsync(FakeAgent agent) =>
        TopVerb
            .Create(() => _output.Target)
            .Parse(["--once", "--interval", "100ms", "--server", agent.Address.ToString()])
            .InvokeAsync();
}
