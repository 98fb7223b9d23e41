using Microsoft.Extensions.Logging;

namespace NetMon.Configuration;

/// <summary>Every setting of the agent. docs/configuration.md lists the same; a test compares them.</summary>
internal static class SettingTable
{
    private static readonly ValueFormat<LogLevel> Level = ValueFormats.Word(
        ("debug", LogLevel.Debug),
        ("info", LogLevel.Information),
        ("warning", LogLevel.Warning),
        ("error", LogLevel.Error)
    );

    /// <summary>In the order of the documentation.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        .. CaptureSettings.All,
        .. FlowSettings.All,
        .. ExportSettings.All,
        .. FeatureSettings.All,
        .. SocketSettings.All,
        .. SecuritySettings.All,
        .. DropSettings.All,
        .. PerformanceSettings.All,
        .. ResourceSettings.All,
        .. KubernetesSettings.All,
        .. ApiSettings.All,
        .. StateSettings.All,
        .. LedgerSettings.All,
        .. PrivilegeSettings.All,
        new Setting<LogLevel>(
            "log.level",
            "--log-level",
            Level,
            o => o.Log.Level,
            (o, value) => o.Log.Level = value,
            "least severe messages that are written"
        )
        {
            IsLive = true,
            Meaning = "The least severe messages that are written to standard error.",
        },
    ];

    private static readonly Dictionary<string, Setting> ByKey = All.ToDictionary(
        setting => setting.Key,
        StringComparer.Ordinal
    );

    /// <returns>Null if there is no such setting.</returns>
    public static Setting? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>Whether settings have this name as the first part of theirs.</summary>
    public static bool IsSection(string name) =>
        All.Any(setting => setting.Key.StartsWith(name + ".", StringComparison.Ordinal));
}
