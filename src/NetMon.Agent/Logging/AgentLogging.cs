using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using NetMon.Agent.Options;

namespace NetMon.Agent.Logging;

/// <summary>The log: standard error, one line per message.</summary>
internal static class AgentLogging
{
    public static ILoggerFactory Create(LogOptions options) =>
        LoggerFactory.Create(builder =>
        {
            builder.SetMinimumLevel(options.Level);
            // The server's own messages are about single connections and requests.
            builder.AddFilter("Microsoft", Quieter(options.Level));
            // What keeps the server from starting is told by us, in one line.
            builder.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
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

    private static LogLevel Quieter(LogLevel level) =>
        level == LogLevel.Information ? LogLevel.Warning : level;
}
