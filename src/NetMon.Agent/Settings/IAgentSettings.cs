using Microsoft.Extensions.Logging;

namespace NetMon.Agent.Settings;

/// <summary>The settings of a running agent, from wherever they come. From any thread.</summary>
public interface IAgentSettings
{
    /// <summary>What holds now.</summary>
    LiveSettings Live { get; }

    /// <summary>The file that settings come from; null: none.</summary>
    string? File { get; }

    /// <summary>What to say in the log when the agent starts.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>How reading the settings anew went.</summary>
    ReloadHistory Reloads { get; }

    /// <summary>Every setting with its value and where that comes from; secrets are masked.</summary>
    IReadOnlyList<SettingView> List();

    /// <summary>Gives settings other values for as long as the agent runs: all of them, or none if one is wrong.</summary>
    /// <param name="values">By key; an item of a list each. Null: what file, environment and flags say again.</param>
    /// <returns>What is wrong; empty: they hold.</returns>
    IReadOnlyList<string> Set(IReadOnlyDictionary<string, IReadOnlyList<string>?> values);

    /// <summary>Begins to follow changes of the file, and SIGHUP, until it is disposed.</summary>
    IDisposable Follow(ILogger logger);
}
