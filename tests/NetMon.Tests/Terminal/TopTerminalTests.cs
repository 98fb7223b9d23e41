using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using NetMon.Core.Flows;
using NetMon.Testing;

namespace NetMon.Tests.Terminal;

/// <summary><c>netmon top</c> in a real terminal.</summary>
public sealed class TopTerminalTests : IAsyncLifetime
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private FakeAgent _agent = null!;

    public async Task InitializeAsync()
    {
        // Nobody else may be given its port while it is away.
        _agent = await FakeAgent.StartAsync(FixedPort.Find());
        _agent.List = ListAsync;
    }

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [SkippableFact]
    public void It_shows_the_flows_by_rate_and_obeys_keys_and_sizes()
    {
        using var terminal = Start(80, 24);
        terminal.WaitFor("1.00MB");
        var screen = terminal.Screen;
        Assert.StartsWith($"netmon top  {_agent.Address}", screen[0], StringComparison.Ordinal);
        Assert.StartsWith("41 flows   in ", screen[1], StringComparison.Ordinal);
        Assert.Contains("SENT/s▼", screen[3], StringComparison.Ordinal);
        Assert.StartsWith("10.0.0.1:40040 ", screen[4], StringComparison.Ordinal);
        Assert.StartsWith("q quit", screen[23], StringComparison.Ordinal);

        terminal.Press("a");
        terminal.WaitFor("AGE▼");
        terminal.Press("i");
        terminal.WaitFor("AGE▲");
        terminal.Press("b");
        terminal.Press("i");
        terminal.WaitFor("SENT/s▼");
        terminal.Press("Down");
        terminal.WaitFor("2-20 of 41");
        terminal.Press("NPage");
        terminal.WaitFor("21-39 of 41");
        terminal.Press("Home");
        terminal.Press("?");
        terminal.WaitFor("order by age");
        terminal.Press("x");
        terminal.WaitFor("1-19 of 41");

        terminal.Press("Space");
        terminal.WaitFor("paused");
        var clock = Clock(terminal);
        Thread.Sleep(500);
        Assert.Equal(clock, Clock(terminal));
        terminal.Press("Space");
        terminal.WaitFor(
            _ => !string.Equals(Clock(terminal), clock, StringComparison.Ordinal),
            "a later time"
        );

        foreach (
            var (width, height) in new[] { (200, 50), (120, 12), (40, 8), (20, 4), (10, 2), (3, 1), (80, 24) }
        )
        {
            terminal.Resize(width, height);
            terminal.WaitFor(_ => Fits(terminal, width, height), $"a frame of {width}x{height}");
        }

        Quit(terminal, () => terminal.Press("q"));

        static string Clock(Tmux terminal) =>
            terminal.Screen[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
    }

    [SkippableFact]
    public void Ctrl_c_gives_the_terminal_back()
    {
        using var terminal = Start(80, 24);
        Quit(terminal, () => terminal.Press("C-c"));
    }

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public void A_signal_gives_the_terminal_back(string signal)
    {
        using var terminal = Start(80, 24);
        Quit(terminal, () => terminal.Signal(signal));
    }

    [SkippableFact]
    public void Ctrl_z_gives_the_terminal_back_until_fg()
    {
        using var terminal = Start(80, 24);
        terminal.Press("C-z");
        terminal.WaitFor("Stopped");
        Assert.Equal("alternate 0 cursor 1", terminal.Modes[..20]);
        terminal.Type("echo in the $((1 + 1))nd shell");
        terminal.WaitFor("in the 2nd shell");
        terminal.Type("fg; echo rc=$?");
        terminal.WaitFor("q quit");
        terminal.Press("q");
        terminal.WaitFor("rc=0");
        Assert.Contains("in the 2nd shell", terminal.Text, StringComparison.Ordinal);
        AssertOrdinary(terminal);
    }

    [SkippableFact]
    public async Task An_agent_that_goes_away_and_returns_is_told_and_the_view_goes_on()
    {
        using var terminal = Start(80, 24);
        var port = _agent.Address.Port;
        await _agent.DisposeAsync();
        terminal.WaitFor("no agent answers at");
        Assert.Contains("10.0.0.1:", terminal.Text, StringComparison.Ordinal);
        _agent = await FakeAgent.StartAsync(port);
        _agent.List = ListAsync;
        terminal.WaitFor(text => !text.Contains("no agent answers", StringComparison.Ordinal), "no trouble");
        Quit(terminal, () => terminal.Press("q"));
    }

    [SkippableFact]
    public async Task Without_an_agent_the_error_is_an_ordinary_one()
    {
        using var terminal = new Tmux(100, 24);
        await _agent.DisposeAsync();
        terminal.Type($"{Tmux.Netmon} top --server {_agent.Address}; echo rc=$?");
        terminal.WaitFor("rc=1");
        Assert.Contains(
            $"netmon: no agent answers at {_agent.Address}: connection refused",
            terminal.Text,
            StringComparison.Ordinal
        );
        Assert.Equal(Tmux.RuntimeModes, terminal.Modes);
    }

    [SkippableTheory]
    [InlineData("| cat")]
    [InlineData("< /dev/null")]
    public void Where_there_is_no_terminal_another_command_is_named(string redirection)
    {
        using var terminal = new Tmux(100, 24);
        terminal.Type($"{Tmux.Netmon} top --server {_agent.Address} {redirection}; echo rc=$?");
        terminal.WaitFor("netmon flows --follow");
        Assert.Contains("netmon: top needs a terminal to draw on", terminal.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_hostile_interface_name_or_cause_stays_text()
    {
        var flow = FlowText.Tcp("10.0.0.1", 1, "10.0.0.2", 2);
        _agent.List = context =>
            context.Response.WriteAsync(
                FlowText
                    .List(flow)
                    .Replace(
                        "\"class\"",
                        "\"cause\":\"\\u001b[2J\\u001b]0;x\\u0007\",\"class\"",
                        StringComparison.Ordinal
                    )
            );
        using var terminal = Start(200, 24);
        terminal.WaitFor(@"\x1b[2J\x1b]0;x\x07");
        Quit(terminal, () => terminal.Press("q"));
    }

    /// <summary>Forty-one flows, of which flow i sends i * 25 kB a second in one record a list.</summary>
    private Task ListAsync(HttpContext context)
    {
        var seconds = _clock.Elapsed.TotalSeconds;
        var flows = Enumerable
            .Range(0, 41)
            .Select(i =>
            {
                var flow = FlowText.Tcp(
                    "10.0.0.1",
                    40_000 + i,
                    "10.0.0.2",
                    443,
                    sent: (long)(seconds * i * 25_000),
                    age: 1_000 + i
                );
                flow.LastNs = FlowText.Ago(-seconds);
                return flow;
            });
        return context.Response.WriteAsync(
            FlowText.List(_ => "eth0", FlowText.Now.AddSeconds(seconds), [.. flows])
        );
    }

    private Tmux Start(int width, int height)
    {
        var terminal = new Tmux(width, height);
        terminal.Type("echo before");
        terminal.Type($"{Tmux.Netmon} top --interval 200ms --server {_agent.Address}; echo rc=$?");
        terminal.WaitFor("q quit");
        Assert.StartsWith("alternate 1 cursor 0", terminal.Modes, StringComparison.Ordinal);
        return terminal;
    }

    private static void Quit(Tmux terminal, Action quit)
    {
        quit();
        terminal.WaitFor("rc=0");
        Assert.Contains("before", terminal.Text, StringComparison.Ordinal);
        AssertOrdinary(terminal);
    }

    private static void AssertOrdinary(Tmux terminal)
    {
        Assert.Equal(Tmux.OrdinaryModes, terminal.Modes);
        terminal.Type("stty -a | tr ' ' '\\n' | grep -x -e echo -e icanon -e isig | sort | tr '\\n' ' '");
        terminal.WaitFor("echo icanon isig");
    }

    private static bool Fits(Tmux terminal, int width, int height)
    {
        var screen = terminal.Screen;
        var keys = screen.Length == height && screen[^1].StartsWith("q quit", StringComparison.Ordinal);
        return Array.TrueForAll(screen, line => line.Length <= width)
            && (
                height >= 7
                    ? keys
                    : screen.Length <= height
                        && screen[height >= 4 ? 1 : 0]
                            .StartsWith("41"[..Math.Min(2, width)], StringComparison.Ordinal)
            );
    }
}
