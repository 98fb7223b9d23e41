using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace NetMon.Agent.Logging;

/// <summary>One message of the log.</summary>
internal readonly record struct LogLine(
    DateTimeOffset Time,
    LogLevel Level,
    string Category,
    int Id,
    string Message
);

/// <summary>The latest lines of the log, in bounded memory. From any thread.</summary>
internal sealed class LogRing(TimeProvider time, int maxLines = 4096, int maxChars = 1 << 20)
    : ILoggerProvider
{
    private const int MaxMessage = 8 * 1024;

    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
    private readonly Queue<LogLine> _lines = new();
    private readonly Lock _reading = new();
    private long _dropped;
    private long _chars;

    /// <summary>Names of the loggers so far.</summary>
    public IEnumerable<string> Categories => _loggers.Keys;

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, name => new Writer(this, name));

    /// <summary>What is kept, oldest first.</summary>
    /// <param name="dropped">How many older ones are not.</param>
    public LogLine[] Read(out long dropped)
    {
        lock (_reading)
        {
            dropped = _dropped;
            return [.. _lines];
        }
    }

    public void Dispose() { }

    private DateTimeOffset Now => time.GetUtcNow();

    private void Add(in LogLine line)
    {
        lock (_reading)
        {
            _lines.Enqueue(line);
            _chars += line.Message.Length;
            while (_lines.Count > maxLines || _chars > maxChars)
            {
                _chars -= _lines.Dequeue().Message.Length;
                _dropped++;
            }
        }
    }

    private sealed class Writer(LogRing ring, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var text = formatter(state, exception);
            if (exception is not null)
            {
                text = $"{text}\n{exception}";
            }

            text = text.Length > MaxMessage ? text[..MaxMessage] : text;
            ring.Add(new LogLine(ring.Now, logLevel, category, eventId.Id, text));
        }
    }
}
