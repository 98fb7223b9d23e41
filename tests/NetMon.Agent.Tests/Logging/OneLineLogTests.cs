using System.Globalization;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Tests.Logging;

public sealed class OneLineLogTests
{
    [Theory]
    [InlineData("plain größe 中 😀", "plain größe 中 😀")]
    [InlineData("a\n2026 forged: line", "a 2026 forged: line")]
    [InlineData("\e[2Jgone\r", @"\u{1b}[2Jgone\u{d}")]
    [InlineData("\u009b2J\u202e\u200b\u2028", @"\u{9b}2J\u{202e}\u{200b}\u{2028}")]
    public void Names_of_others_forge_no_line_and_move_no_cursor(string text, string clean) =>
        Assert.Equal(clean, OneLineLog.Clean(text));

    [Fact]
    public void Every_character_that_is_left_is_harmless()
    {
        for (var c = '\0'; c < char.MaxValue; c++)
        {
            foreach (var left in OneLineLog.Clean(c.ToString()))
            {
                Assert.False(
                    CharUnicodeInfo.GetUnicodeCategory(left)
                        is UnicodeCategory.Control
                            or UnicodeCategory.Format
                            or UnicodeCategory.LineSeparator
                            or UnicodeCategory.ParagraphSeparator
                );
            }
        }
    }

    [Fact]
    public void What_an_error_says_is_cleaned_as_well()
    {
        using var seen = new SeenLog();
        using var log = new OneLineLog(seen);
        log.CreateLogger("any")
            .Log(LogLevel.Error, default, "a\rb", new IOException("\e[31m\nforged"), (state, _) => state);

        var line = Assert.Single(seen.Lines);
        Assert.StartsWith(
            @"a\u{d}b System.IO.IOException: \u{1b}[31m forged",
            line,
            StringComparison.Ordinal
        );
    }

    private sealed class SeenLog : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider) { }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Add(formatter(state, exception));

        public void Dispose() { }
    }
}
