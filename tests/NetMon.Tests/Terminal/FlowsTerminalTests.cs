using Microsoft.AspNetCore.Http;
using NetMon.Core.Flows;

namespace NetMon.Tests.Terminal;

/// <summary><c>netmon flows</c> in a real terminal.</summary>
public sealed class FlowsTerminalTests : IAsyncLifetime
{
    private FakeAgent _agent = null!;
    private int _runs;

    public async Task InitializeAsync()
    {
        _agent = await FakeAgent.StartAsync();
        _agent.List = context => context.Response.WriteAsync(FlowText.List(FlowTableTests.Flows));
    }

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [SkippableTheory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(200)]
    public void A_table_fits_the_terminal_and_never_wraps(int width)
    {
        using var terminal = new Tmux(width, 30);
        Run(terminal, "");
        var table = Table(terminal);
        Assert.StartsWith("SOURCE", table[0], StringComparison.Ordinal);
        Assert.Equal(6, table.Length);
        Assert.Equal(Tmux.RuntimeModes, terminal.Modes);
    }

    [SkippableFact]
    public void Colour_is_for_terminals_that_want_it()
    {
        using var terminal = new Tmux(120, 30);
        Run(terminal, "");
        Assert.Contains("\e[31mrefused", terminal.StyledText, StringComparison.Ordinal);

        Run(terminal, "", before: "export NO_COLOR=1");
        Assert.DoesNotContain("\e[31m", terminal.StyledText, StringComparison.Ordinal);

        Run(terminal, "| cat", before: "unset NO_COLOR");
        Assert.DoesNotContain("\e[31m", terminal.StyledText, StringComparison.Ordinal);
        Assert.Contains("RETRANS", terminal.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Following_ends_with_ctrl_c_and_with_a_reader_that_leaves()
    {
        _agent.Follow = async context =>
        {
            while (true)
            {
                await context.SendAsync(FlowText.Line(FlowEventKind.Update, FlowTableTests.Flows[0]));
                await Task.Delay(20, context.RequestAborted);
            }
        };
        using var terminal = new Tmux(100, 30);
        terminal.Type($"{Tmux.Netmon} flows --follow --server {_agent.Address}; echo rc=$?");
        terminal.WaitFor("update");
        terminal.Press("C-c");
        terminal.WaitFor("rc=0");

        terminal.Type("clear");
        terminal.Type(
            $"({Tmux.Netmon} flows --follow --server {_agent.Address}; echo left $? >&2) | head -n 3"
        );
        terminal.WaitFor("left 0");
        Assert.Equal(2, terminal.Screen.Count(line => line.Contains(" update ", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public void An_error_leaves_the_terminal_as_it_was()
    {
        using var terminal = new Tmux(100, 30);
        terminal.Type($"{Tmux.Netmon} flows --server 127.0.0.1:1; echo rc=$?");
        terminal.WaitFor("rc=1");
        Assert.Contains(
            "netmon: no agent answers at 127.0.0.1:1: connection refused",
            terminal.Text,
            StringComparison.Ordinal
        );
        Assert.Equal(Tmux.RuntimeModes, terminal.Modes);
    }

    /// <summary>Runs the verb to its end, on a clear screen.</summary>
    private void Run(Tmux terminal, string rest, string before = ":")
    {
        var end = $"rc{++_runs}=0";
        terminal.Type(
            $"{before}; clear; {Tmux.Netmon} flows --server {_agent.Address} {rest}; echo rc{_runs}=$?"
        );
        terminal.WaitFor(end);
    }

    /// <summary>The lines from the header to the exit code.</summary>
    private static string[] Table(Tmux terminal)
    {
        var screen = terminal.Screen;
        var end = Array.FindLastIndex(screen, line => line.StartsWith("rc", StringComparison.Ordinal));
        var start = Array.FindLastIndex(screen, line => line.StartsWith("SOURCE", StringComparison.Ordinal));
        return screen[start..end];
    }
}
