using Microsoft.Extensions.Logging;
using NetMon.Agent.Options;

namespace NetMon.Agent.Settings;

/// <summary>Settings that come from nowhere and stay as they are: those of an agent within another program.</summary>
internal sealed class FixedSettings(AgentOptions options) : IAgentSettings
{
    public LiveSettings Live { get; } = new(options);

    public string? File => null;

    public IReadOnlyList<string> Warnings => [];

    public ReloadHistory Reloads => ReloadHistory.None;

    public IReadOnlyList<SettingView> List() => [];

    public IReadOnlyList<string> Set(IReadOnlyDictionary<string, IReadOnlyList<string>?> values) =>
        [.. values.Keys.Select(key => $"{key}: these settings are fixed")];

    public IDisposable Follow(ILogger logger) => new Nothing();

    private sealed class Nothing : IDisposable
    {
        public void Dispose() { }
    }
}
