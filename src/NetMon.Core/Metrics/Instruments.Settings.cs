namespace NetMon.Core.Metrics;

/// <content>Features, and settings that change while the agent runs.</content>
public static partial class Instruments
{
    public static readonly Instrument FeatureUp = new(
        "netmon_feature_up",
        MetricType.Gauge,
        "",
        "Whether a feature that the agent can do without works: 1, or 0 if it is switched off or degraded.",
        "feature"
    );

    public static readonly Instrument ConfigReloads = new(
        "netmon_config_reloads_total",
        MetricType.Counter,
        "",
        "Times that the settings were read anew because the file changed or SIGHUP came, by result: accepted, refused (something was wrong, and those before stayed).",
        "result"
    );

    public static readonly Instrument ConfigLastReloadSuccessful = new(
        "netmon_config_last_reload_successful",
        MetricType.Gauge,
        "",
        "Whether the settings that were last read hold: 1, or 0 if something was wrong with them."
    );

    public static readonly Instrument ConfigRestartPending = new(
        "netmon_config_restart_pending",
        MetricType.Gauge,
        "settings",
        "Settings that have another value now than the agent runs with, because it takes a restart to change them."
    );

    private static Instrument[] SettingsInstruments =>
        [FeatureUp, ConfigReloads, ConfigLastReloadSuccessful, ConfigRestartPending];
}
