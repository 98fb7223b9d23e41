using Microsoft.Extensions.Logging;

namespace NetMon.Agent.Options;

/// <summary>What the agent writes to standard error.</summary>
public sealed class LogOptions
{
    /// <summary>The least severe messages that are written.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;
}
