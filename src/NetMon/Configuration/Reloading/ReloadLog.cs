using Microsoft.Extensions.Logging;

namespace NetMon.Configuration.Reloading;

/// <summary>What is said of settings that change. Event ids from 400.</summary>
internal static partial class ReloadLog
{
    [LoggerMessage(400, LogLevel.Information, "settings changed: {Changes}")]
    public static partial void Changed(ILogger logger, string changes);

    [LoggerMessage(
        401,
        LogLevel.Warning,
        "{Key} = {Next} ({Source}) takes a restart; until then it is {Now}, as when the agent started"
    )]
    public static partial void RestartNeeded(
        ILogger logger,
        string key,
        string next,
        string source,
        string now
    );

    [LoggerMessage(
        406,
        LogLevel.Information,
        "{Key} is what the agent started with again, so it takes no restart any more"
    )]
    public static partial void RestartNotNeeded(ILogger logger, string key);

    [LoggerMessage(402, LogLevel.Error, "the settings are refused, and those before hold: {Error}")]
    public static partial void Refused(ILogger logger, string error);

    [LoggerMessage(403, LogLevel.Information, "the settings were read anew: nothing changed")]
    public static partial void Unchanged(ILogger logger);

    [LoggerMessage(
        404,
        LogLevel.Warning,
        "cannot be told of changes in {Directory}, so the settings' file is looked at now and then: {Error}"
    )]
    public static partial void WatchFailed(ILogger logger, string directory, string error);

    [LoggerMessage(405, LogLevel.Error, "reading the settings anew failed, and those before hold")]
    public static partial void Failed(ILogger logger, Exception error);
}
