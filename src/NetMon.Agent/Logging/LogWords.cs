using Microsoft.Extensions.Logging;

namespace NetMon.Agent.Logging;

/// <summary>Levels by the words of <c>log.level</c>.</summary>
internal static class LogWords
{
    private static readonly (LogLevel Level, string Word)[] All =
    [
        (LogLevel.Trace, "trace"),
        (LogLevel.Debug, "debug"),
        (LogLevel.Information, "info"),
        (LogLevel.Warning, "warning"),
        (LogLevel.Error, "error"),
        (LogLevel.Critical, "critical"),
    ];

    public static string Of(LogLevel level) => All[Math.Min((int)level, All.Length - 1)].Word;

    public static bool TryParse(string? word, out LogLevel level)
    {
        foreach (var (each, text) in All)
        {
            if (string.Equals(text, word, StringComparison.Ordinal))
            {
                level = each;
                return true;
            }
        }

        level = default;
        return false;
    }
}
