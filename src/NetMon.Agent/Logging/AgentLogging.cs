using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using NetMon.Agent.Options;

namespace NetMon.Agent.Logging;

/// <summary>The log: standard error, one line per message; the latest are kept for who asks later.</summary>
internal sealed class AgentLogging : IDisposable
{
    private readonly ILoggerFactory _console = OpenConsole();

    private AgentLogging(LogLevels levels, LogRing recent)
    {
        Levels = levels;
        Recent = recent;
        Loggers = LoggerFactory.Create(builder =>
        {
            builder.SetMinimumLevel(LogLevel.Trace);
            builder.AddFilter((category, level) => category is null || levels.IsEnabled(category, level));
            builder.AddProvider(recent);
            builder.AddProvider(new OneLineLog(_console));
        });
        var logger = Loggers.CreateLogger<AgentLogging>();
        levels.OnTraceEnd = _ => AgentLog.TraceEnded(logger);
    }

    public ILoggerFactory Loggers { get; }

    /// <summary>What is written.</summary>
    public LogLevels Levels { get; }

    /// <summary>What was written.</summary>
    public LogRing Recent { get; }

    public static AgentLogging Create(LogOptions options) =>
        new(new LogLevels(options.Level, TimeProvider.System), new LogRing(TimeProvider.System));

    public void Dispose()
    {
        Loggers.Dispose();
        _console.Dispose();
        Levels.Dispose();
        Recent.Dispose();
    }

    private static ILoggerFactory OpenConsole() =>
        LoggerFactory.Create(builder =>
        {
            builder.SetMinimumLevel(LogLevel.Trace);
            builder.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            });
            builder.Services.Configure<ConsoleLoggerOptions>(console =>
                console.LogToStandardErrorThreshold = LogLevel.Trace
            );
        });
}
