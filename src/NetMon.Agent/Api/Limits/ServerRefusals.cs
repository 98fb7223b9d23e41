using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NetMon.Agent.Api.Limits;

/// <summary>Counts the requests that the HTTP server refuses before anybody else sees them. It tells only its log of them, so this is a log.</summary>
internal sealed class ServerRefusals(ILoggerFactory inner, Refusals refusals) : ILoggerFactory
{
    private const string Category = "Microsoft.AspNetCore.Server.Kestrel.BadRequests";

    // KestrelTrace.BadRequests: ConnectionBadRequest, RequestBodyMinimumDataRateNotSatisfied, ResponseMinimumDataRateNotSatisfied.
    private const int BadRequest = 17;
    private const int SlowBody = 27;
    private const int SlowAnswer = 28;

    public ILogger CreateLogger(string categoryName) =>
        categoryName == Category
            ? new Counter(inner.CreateLogger(categoryName), refusals)
            : inner.CreateLogger(categoryName);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        // The inner one is its owner's.
    }

    private sealed class Counter(ILogger inner, Refusals refusals) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Debug || inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (Reason(eventId.Id, exception) is { } reason)
            {
                refusals.Count(reason);
            }

            if (inner.IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }

        private static string? Reason(int id, Exception? exception) =>
            id switch
            {
                BadRequest => RefusalReasons.OfStatus(
                    (exception as BadHttpRequestException)?.StatusCode ?? 0
                ),
                SlowBody => RefusalReasons.SlowRequest,
                SlowAnswer => RefusalReasons.SlowReader,
                _ => null,
            };
    }
}
