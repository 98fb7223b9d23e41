using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace NetMon.Agent.Logging;

/// <summary>Passes messages on as one line of harmless text each, whatever names and errors of others are in them.</summary>
/// <remarks>A log is read in terminals (kubectl logs, journalctl): a pod's name must neither forge a line of it nor move the cursor.</remarks>
internal sealed class OneLineLog(ILoggerFactory destination) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Cleaner(destination.CreateLogger(categoryName));

    public void Dispose()
    {
        // The destination is its owner's.
    }

    /// <summary>Line ends become spaces; other control characters, and what turns text around or hides it, an escape.</summary>
    public static string Clean(string text)
    {
        StringBuilder? clean = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (IsHarmless(c))
            {
                clean?.Append(c);
                continue;
            }

            clean ??= new StringBuilder(text.Length + 16).Append(text, 0, i);
            if (c is '\n' or '\t')
            {
                clean.Append(' ');
            }
            else
            {
                clean.Append(CultureInfo.InvariantCulture, $"\\u{{{(int)c:x}}}");
            }
        }

        return clean?.ToString() ?? text;
    }

    private static bool IsHarmless(char c) =>
        c < 0x7f
            ? c >= ' '
            : CharUnicodeInfo.GetUnicodeCategory(c)
                is not (
                    UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
                );

    private sealed class Cleaner(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (!inner.IsEnabled(logLevel))
            {
                return;
            }

            var text = formatter(state, exception);
            if (exception is not null)
            {
                text = $"{text} {exception}";
            }

            inner.Log(logLevel, eventId, Clean(text), exception: null, (line, _) => line);
        }
    }
}
