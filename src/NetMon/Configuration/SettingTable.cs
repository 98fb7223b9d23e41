using System.Net;
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
        new Setting<IPEndPoint>(
            "api.listen",
            "--listen",
            ValueFormats.Endpoint,
            o => o.Api.Listen,
            (o, value) => o.Api.Listen = value,
            "where metrics and flows are served"
        )
        {
            Meaning =
                "Where the agent serves metrics, health and flows over HTTP. There is no authentication: an address other than loopback shows who talks to whom to everybody who reaches it. Port 0 takes any free one.",
        },
        .. StateSettings.All,
        .. LedgerSettings.All,
        new Setting<LogLevel>(
            "log.level",
            "--log-level",
            Level,
            o => o.Log.Level,
            (o, value) => o.Log.Level = value,
            "least severe messages that are written"
        )
        {
            Meaning = "The least severe messages that are written to standard error.",
        },
    ];
}
