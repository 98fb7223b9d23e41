using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Tests.Logging;

public sealed class LogLevelsTests
{
    private const string Watch = "NetMon.Agent.Interfaces.InterfaceWatch";
    private const string Loop = "NetMon.Agent.Capture.CaptureLoop";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    private readonly ManualTime _time = new();

    [Fact]
    public void The_level_may_change_at_any_time()
    {
        using var levels = new LogLevels(LogLevel.Warning, _time);
        Assert.False(levels.IsEnabled(Watch, LogLevel.Information));

        levels.Level = LogLevel.Debug;

        Assert.True(levels.IsEnabled(Watch, LogLevel.Debug));
    }

    [Fact]
    public void The_server_is_quieter_than_the_rest()
    {
        using var levels = new LogLevels(LogLevel.Information, _time);

        Assert.True(levels.IsEnabled(Watch, LogLevel.Information));
        Assert.False(levels.IsEnabled(Kestrel, LogLevel.Information));
        Assert.True(levels.IsEnabled(Kestrel, LogLevel.Warning));
    }

    [Fact]
    public void A_trace_is_of_the_categories_that_it_names()
    {
        using var levels = new LogLevels(LogLevel.Error, _time);

        levels.StartTrace(["interfaces"], LogLevel.Debug, TimeSpan.FromMinutes(10));

        Assert.True(levels.IsEnabled(Watch, LogLevel.Debug));
        Assert.False(levels.IsEnabled(Watch, LogLevel.Trace));
        Assert.False(levels.IsEnabled(Loop, LogLevel.Information));
    }

    [Fact]
    public void A_trace_without_categories_is_of_all_but_the_server()
    {
        using var levels = new LogLevels(LogLevel.Error, _time);

        levels.StartTrace([], LogLevel.Debug, TimeSpan.FromMinutes(10));

        Assert.True(levels.IsEnabled(Loop, LogLevel.Debug));
        Assert.False(levels.IsEnabled(Kestrel, LogLevel.Warning));
    }

    [Fact]
    public void A_trace_ends_by_itself_and_says_so()
    {
        using var levels = new LogLevels(LogLevel.Error, _time);
        var ended = new List<LogTrace>();
        levels.OnTraceEnd = ended.Add;
        var first = levels.StartTrace(["capture"], LogLevel.Debug, TimeSpan.FromMinutes(1));
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromMinutes(1), first.Until);

        // One that comes later takes its place, and its time.
        _time.Advance(TimeSpan.FromSeconds(30));
        var second = levels.StartTrace(["capture"], LogLevel.Debug, TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromSeconds(45));
        Assert.True(levels.IsEnabled(Loop, LogLevel.Debug));
        Assert.Empty(ended);

        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.False(levels.IsEnabled(Loop, LogLevel.Debug));
        Assert.Same(second, Assert.Single(ended));
        Assert.Null(levels.Trace);
    }

    [Fact]
    public void A_trace_that_is_turned_off_says_what_it_was()
    {
        using var levels = new LogLevels(LogLevel.Error, _time);
        var trace = levels.StartTrace(["capture"], LogLevel.Debug, TimeSpan.FromMinutes(1));

        Assert.Same(trace, levels.EndTrace());

        Assert.False(levels.IsEnabled(Loop, LogLevel.Debug));
        Assert.Null(levels.EndTrace());
    }
}
