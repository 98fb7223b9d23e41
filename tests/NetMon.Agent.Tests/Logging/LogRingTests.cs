using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Tests.Logging;

public sealed class LogRingTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void It_keeps_the_latest_lines_and_counts_the_others()
    {
        using var ring = new LogRing(_time, maxLines: 3);
        var logger = ring.CreateLogger("NetMon.Agent");
        for (var i = 1; i <= 5; i++)
        {
            Write(logger, $"line {i}");
        }

        var lines = ring.Read(out var dropped);

        Assert.Equal(["line 3", "line 4", "line 5"], lines.Select(line => line.Message));
        Assert.Equal(2, dropped);
        Assert.Equal(_time.GetUtcNow(), lines[0].Time);
        Assert.Equal("NetMon.Agent", Assert.Single(ring.Categories));
    }

    [Fact]
    public void Its_memory_is_bounded_however_long_the_lines_are()
    {
        using var ring = new LogRing(_time, maxChars: 20_000);
        var logger = ring.CreateLogger("NetMon.Agent");
        for (var i = 0; i < 10; i++)
        {
            Write(logger, new string('x', 100_000));
        }

        Assert.InRange(ring.Read(out var dropped).Sum(line => line.Message.Length), 1, 20_000);
        Assert.InRange(dropped, 7, 9);
    }

    [Fact]
    public void An_exception_is_part_of_its_line()
    {
        using var ring = new LogRing(_time);

        ring.CreateLogger("x")
            .Log(LogLevel.Error, new EventId(7), "failed", new IOException("disk"), (s, _) => s);

        var line = Assert.Single(ring.Read(out _));
        Assert.Equal(7, line.Id);
        Assert.Contains("IOException: disk", line.Message, StringComparison.Ordinal);
    }

    private static void Write(ILogger logger, string text) =>
        logger.Log(LogLevel.Information, 0, text, null, (state, _) => state);
}
