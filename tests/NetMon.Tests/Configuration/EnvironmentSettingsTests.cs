using Microsoft.Extensions.Logging;
using NetMon.Configuration;

namespace NetMon.Tests.Configuration;

public class EnvironmentSettingsTests
{
    [Fact]
    public void Every_setting_has_a_variable_named_after_its_key_and_no_two_share_one()
    {
        Assert.Equal(
            "NETMON_EXPORT_PROMETHEUS_MAX_SERIES",
            EnvironmentSettings.NameOf(SettingTable.Find("export.prometheus.max_series")!)
        );
        Assert.Distinct(SettingTable.All.SelectMany(EnvironmentSettings.NamesOf));
    }

    [Fact]
    public void The_environment_is_stronger_than_the_file_and_weaker_than_flags()
    {
        using var file = new TemporaryFile(
            "flow:\n  interval: 1s\n  max_age: 1m\n  max_flows: 1000\nlog: {level: error}\n"
        );
        var resolved = Resolve(
            file.Path,
            [Flag("flow.interval", "--interval", "3s")],
            ("NETMON_FLOW_INTERVAL", "2s"),
            ("NETMON_FLOW_MAX_AGE", "2m"),
            ("NETMON_CAPTURE_EXCLUDE", "eth1, veth*")
        );

        Assert.Equal(TimeSpan.FromSeconds(3), resolved.Options.Flow.Interval);
        Assert.Equal(TimeSpan.FromMinutes(2), resolved.Options.Flow.MaxAge);
        Assert.Equal(1000, resolved.Options.Flow.MaxFlows);
        Assert.Equal(["eth1", "veth*"], resolved.Options.Capture.Exclude);
        Assert.Equal("--interval", Source(resolved, "flow.interval"));
        Assert.Equal("env NETMON_FLOW_MAX_AGE", Source(resolved, "flow.max_age"));
        Assert.Equal($"{file.Path}:4:14", Source(resolved, "flow.max_flows"));
        Assert.Equal("default", Source(resolved, "flow.overlay_ports"));
    }

    [Theory]
    [InlineData("NETMON_DEBUG", "true", "log.level", "debug")]
    [InlineData("NETMON_DEBUG", "1", "log.level", "debug")]
    [InlineData("NETMON_DEBUG", "false", "log.level", "info")]
    [InlineData("NETMON_LOG_LEVEL", "warning", "log.level", "warning")]
    [InlineData("NETMON_SAMPLING_RATE", "16", "capture.sampling_rate", "16")]
    [InlineData("NETMON_CAPTURE_SAMPLING_RATE", "16", "capture.sampling_rate", "16")]
    [InlineData("NETMON_FLOW_AGGREGATION", "1s", "flow.interval", "1s")]
    [InlineData("NETMON_BATCH_SIZE", "256", "performance.batch_size", "256")]
    [InlineData("NETMON_FEATURES_LATENCY_TRACKING", "false", "features.latency_tracking.enabled", "false")]
    [InlineData("NETMON_FEATURES_DROPS", "false", "features.drops.enabled", "false")]
    public void Short_names_work(string name, string text, string key, string expected)
    {
        var resolved = Resolve(null, [], (name, text));

        Assert.Equal([expected], resolved.Show(SettingTable.Find(key)!));
    }

    [Fact]
    public void Debug_is_stronger_than_the_log_level_of_the_environment()
    {
        var resolved = Resolve(null, [], ("NETMON_LOG_LEVEL", "error"), ("NETMON_DEBUG", "true"));

        Assert.Equal(LogLevel.Debug, resolved.Options.Log.Level);
    }

    [Fact]
    public void What_is_wrong_is_said_with_the_variables_name()
    {
        var errors = new List<ConfigurationError>();
        var configuration = new AgentConfiguration(
            null,
            Variables(
                ("NETMON_FLOW_INTERVAL", "soon"),
                ("NETMON_BATCH_SIZE", "64"),
                ("NETMON_PERFORMANCE_BATCH_SIZE", "32"),
                ("NETMON_DEBUG", "maybe")
            ),
            []
        );

        Assert.Null(configuration.Resolve(null, [], errors));
        Assert.Equal(
            [
                "env NETMON_FLOW_INTERVAL: flow.interval: 'soon' is not a duration such as 500ms, 5s or 2m (units: ms, s, m, h)",
                "env NETMON_BATCH_SIZE: performance.batch_size: given by NETMON_PERFORMANCE_BATCH_SIZE, too",
                "env NETMON_DEBUG: 'maybe' is neither true nor false",
            ],
            errors.Select(error => error.ToString())
        );
    }

    [Fact]
    public void A_variable_that_is_no_setting_is_warned_of_with_the_nearest_name()
    {
        var warnings = EnvironmentSettings.Unknown(
            Variables(
                ("NETMON_FLOW_INTERVALL", "1s"),
                ("NETMON_ZZZZZZZZ", "1"),
                ("NETMON_SERVER", "127.0.0.1:1"),
                ("NETMON_CONFIG", "/etc/netmon.yaml"),
                ("NETMON_LOG_LEVEL", "info")
            )
        );

        Assert.Equal(
            [
                "the environment's NETMON_FLOW_INTERVALL is no setting; did you mean NETMON_FLOW_INTERVAL?",
                "the environment's NETMON_ZZZZZZZZ is no setting",
            ],
            warnings
        );
    }

    // kubernetes.io/docs/concepts/services-networking/service/#environment-variables
    [Fact]
    public void What_Kubernetes_says_of_a_service_called_netmon_is_nothing_to_warn_of()
    {
        Assert.Empty(
            EnvironmentSettings.Unknown(
                Variables(
                    ("NETMON_SERVICE_HOST", "10.96.0.9"),
                    ("NETMON_SERVICE_PORT", "9990"),
                    ("NETMON_SERVICE_PORT_METRICS", "9990"),
                    ("NETMON_PORT", "tcp://10.96.0.9:9990"),
                    ("NETMON_PORT_9990_TCP", "tcp://10.96.0.9:9990"),
                    ("NETMON_PORT_9990_TCP_PROTO", "tcp"),
                    ("NETMON_AGENT_PORT_9990_TCP_ADDR", "10.96.0.9")
                )
            )
        );
    }

    private static ResolvedSettings Resolve(
        string? file,
        IReadOnlyList<GivenValue> flags,
        params (string Name, string Text)[] variables
    )
    {
        var errors = new List<ConfigurationError>();
        var configuration = new AgentConfiguration(file, Variables(variables), flags);
        var resolved = configuration.Resolve(configuration.ReadFile(errors), [], errors);
        Assert.Empty(errors);
        return resolved!;
    }

    private static Dictionary<string, string> Variables(params (string Name, string Text)[] variables) =>
        variables.ToDictionary(variable => variable.Name, variable => variable.Text, StringComparer.Ordinal);

    private static GivenValue Flag(string key, string flag, string text) =>
        new(key, flag, [new GivenText(text, flag)], IsList: false);

    private static string Source(ResolvedSettings resolved, string key) =>
        resolved.SourceOf(SettingTable.Find(key)!);
}
