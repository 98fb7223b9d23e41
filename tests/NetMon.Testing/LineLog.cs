using Microsoft.Extensions.Logging;

namespace NetMon.Testing;

/// <summary>Keeps the text of what is logged. One thread.</summary>
public sealed class LineLog : ILogger
{
    public IList<string> Lines { get; } = [];

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
        ArgumentNullException.ThrowIfNull(formatter);
        Lines.Add(formatter(state, exception));
    }
}
