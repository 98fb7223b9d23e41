using Microsoft.Extensions.Logging;
using NetMon.Agent.Options;
using NetMon.Agent.Settings;
using NetMon.Configuration;
using NetMon.Configuration.Reloading;
using NetMon.Testing;

namespace NetMon.Tests.Configuration.Reloading;

public sealed class ConfiguredSettingsTests : IDisposable
{
    private readonly TemporaryFile _file = new("log: {level: warning}\nflow: {interval: 2s, max_age: 1m}\n");

    public void Dispose() => _file.Dispose();

    [Fact]
    public void What_can_change_does_and_what_takes_a_restart_keeps_its_value_and_says_so()
    {
        var settings = Load();
        var taken = new List<(LogLevel, TimeSpan, TimeSpan)>();
        settings.Live.Subscribe(now => taken.Add((now.Log.Level, now.Flow.Interval, now.Flow.MaxAge)));

        Write("log: {level: debug}\nflow:\n  interval: 9s\n  max_age: 3m\n");
        settings.Reload(ReloadReason.Change);

        var interval = TimeSpan.FromSeconds(2);
        Assert.Equal(
            [
                (LogLevel.Warning, interval, TimeSpan.FromMinutes(1)),
                (LogLevel.Debug, interval, TimeSpan.FromMinutes(3)),
            ],
            taken
        );
        var shown = Shown(settings, "flow.interval");
        Assert.Equal(["2s"], shown.Values);
        Assert.Equal($"{_file.Path}:2:18", shown.Source);
        Assert.Equal(["9s"], shown.Pending!.Values);
        Assert.Equal($"{_file.Path}:3:13", shown.Pending.Source);
        Assert.Null(Shown(settings, "log.level").Pending);
        Assert.Equal((1, 0), (settings.Reloads.Accepted, settings.Reloads.Refused));
    }

    [Fact]
    public void That_a_file_was_taken_is_told_once_its_settings_hold()
    {
        var settings = Load();
        var told = new List<(TimeSpan MaxAge, long Accepted)>();
        settings.Live.Subscribe(now => told.Add((now.Flow.MaxAge, settings.Reloads.Accepted)));

        Write("flow: {interval: 2s, max_age: 3m}\n");
        settings.Reload(ReloadReason.Change);

        Assert.Equal([(TimeSpan.FromMinutes(1), 0), (TimeSpan.FromMinutes(3), 0)], told);
        Assert.Equal(1, settings.Reloads.Accepted);
    }

    [Fact]
    public void The_log_has_a_line_for_each_setting_that_takes_a_restart_with_both_values()
    {
        var settings = Load();
        var log = new LineLog();
        settings.Logger = log;

        Write("log: {level: warning}\nflow: {interval: 9s, max_age: 1m}\napi: {listen: '127.0.0.1:1'}\n");
        settings.Reload(ReloadReason.Signal);
        Assert.Equal(
            [
                $"flow.interval = 9s ({_file.Path}:2:18) takes a restart; until then it is 2s, as when the agent started",
                $"api.listen = 127.0.0.1:1 ({_file.Path}:3:15) takes a restart; until then it is 127.0.0.1:9990, as when the agent started",
            ],
            log.Lines
        );

        log.Lines.Clear();
        Write("log: {level: warning}\nflow: {interval: 2s, max_age: 1m}\napi: {listen: '127.0.0.1:1'}\n");
        settings.Reload(ReloadReason.Signal);
        Assert.Equal(
            ["flow.interval is what the agent started with again, so it takes no restart any more"],
            log.Lines
        );
    }

    [Fact]
    public void A_contradiction_between_settings_is_refused_like_any_other_error()
    {
        var settings = Load();

        Write("log: {level: debug}\napi: {tls: {certificate: /x}}\n");
        settings.Reload(ReloadReason.Signal);

        Assert.Equal(
            [
                $"{_file.Path}:2:26: api.tls.certificate: api.tls.certificate and api.tls.key go together: set both or none",
            ],
            settings.Reloads.Errors
        );
        Assert.Equal(["warning"], Shown(settings, "log.level").Values);
    }

    [Fact]
    public void A_wrong_file_is_refused_whole_with_every_error_and_what_was_before_stays()
    {
        var settings = Load();
        var before = settings.Live.Current;

        Write("log: {level: debug}\nflow: {interval: soon, max_agee: 1m}\n");
        settings.Reload(ReloadReason.Change);

        Assert.Same(before, settings.Live.Current);
        Assert.Equal(["warning"], Shown(settings, "log.level").Values);
        Assert.Equal(
            [
                $"{_file.Path}:2:18: flow.interval: 'soon' is not a duration such as 500ms, 5s or 2m (units: ms, s, m, h)",
                $"{_file.Path}:2:34: flow.max_agee: unknown setting; did you mean flow.max_age?",
            ],
            settings.Reloads.Errors
        );
        Assert.False(settings.Reloads.LastSucceeded);

        Write("log: {level: error}\n");
        settings.Reload(ReloadReason.Change);

        Assert.Equal(LogLevel.Error, settings.Live.Current.Log.Level);
        Assert.Equal(
            (1, 1, true),
            (settings.Reloads.Accepted, settings.Reloads.Refused, settings.Reloads.LastSucceeded)
        );
    }

    [Fact]
    public void A_file_that_has_not_changed_is_taken_again_upon_a_signal_alone()
    {
        var settings = Load();

        settings.Reload(ReloadReason.Change);
        settings.Reload(ReloadReason.Poll);
        Assert.Equal(0, settings.Reloads.Accepted);

        settings.Reload(ReloadReason.Signal);
        Assert.Equal(1, settings.Reloads.Accepted);
    }

    [Fact]
    public void A_file_that_is_away_for_a_moment_is_no_news_and_one_that_stays_away_is_refused_once()
    {
        var settings = Load();
        File.Delete(_file.Path);

        settings.Reload(ReloadReason.Change);
        Assert.Equal(0, settings.Reloads.Refused);

        settings.Reload(ReloadReason.Poll);
        settings.Reload(ReloadReason.Poll);
        Assert.Equal(1, settings.Reloads.Refused);
        Assert.Equal([$"{_file.Path}: no such file"], settings.Reloads.Errors);
        Assert.Equal(LogLevel.Warning, settings.Live.Current.Log.Level);
    }

    [Fact]
    public void A_change_at_run_time_is_stronger_than_all_outlives_a_reload_and_can_be_taken_back()
    {
        var settings = Load();

        Assert.Empty(settings.Set(Values(("log.level", ["error"]), ("capture.exclude", ["a*", "b"]))));
        Write("log: {level: debug}\n");
        settings.Reload(ReloadReason.Change);

        Assert.Equal(LogLevel.Error, settings.Live.Current.Log.Level);
        Assert.Equal(["a*", "b"], settings.Live.Current.Capture.Exclude);
        Assert.Equal("run time", Shown(settings, "log.level").Source);

        Assert.Empty(settings.Set(Values(("log.level", null))));
        Assert.Equal(LogLevel.Debug, settings.Live.Current.Log.Level);
    }

    [Fact]
    public void A_change_at_run_time_holds_whole_or_not_at_all()
    {
        var settings = Load();

        var errors = settings.Set(
            Values(
                ("flow.max_age", ["3m"]),
                ("flow.interval", ["1s"]),
                ("log.levell", ["debug"]),
                ("log.level", ["loud"])
            )
        );

        Assert.Equal(
            [
                "flow.interval: takes a restart: set it in the file, the environment or a flag, and restart the agent",
                "log.levell: unknown setting; did you mean log.level?",
                "log.level: 'loud' is none of debug, info, warning, error",
            ],
            errors
        );
        Assert.Equal(TimeSpan.FromMinutes(1), settings.Live.Current.Flow.MaxAge);
    }

    [Fact]
    public void A_general_time_out_is_named_as_the_source_of_those_that_follow_it()
    {
        Write("flow: {flow_timeout: 2m, timeouts: {udp_idle: 1m}}\n");
        var settings = Load();

        Assert.Equal(["2m"], Shown(settings, "flow.timeouts.tcp_idle").Values);
        Assert.Equal(
            $"flow.flow_timeout, {_file.Path}:1:22",
            Shown(settings, "flow.timeouts.tcp_idle").Source
        );
        Assert.Equal($"{_file.Path}:1:47", Shown(settings, "flow.timeouts.udp_idle").Source);
    }

    [Fact]
    public void A_secret_is_masked_wherever_it_is_shown()
    {
        var errors = new List<ConfigurationError>();
        var resolved = new AgentConfiguration(
            null,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["NETMON_KUBERNETES_CONTEXT"] = "hunter2",
            },
            []
        ).Resolve(null, [], errors)!;
        var secret = new Setting<string>(
            "x.secret",
            "--x",
            ValueFormats.Text("name", 100),
            options => options.Kubernetes.Context,
            (_, _) => { },
            ""
        )
        {
            IsSecret = true,
        };

        Assert.Equal(["********"], resolved.Show(secret));
        Assert.Equal(
            [""],
            new AgentConfiguration(null, NoVariables, []).Resolve(null, [], errors)!.Show(secret)
        );
    }

    [Fact]
    public void Subscribers_get_one_whole_snapshot_for_each_change()
    {
        var live = new LiveSettings(Options(1, 1));
        var seen = new List<(int, int)>();
        live.Subscribe(now => seen.Add((now.Performance.Workers, now.Performance.BatchSize)));
        live.Publish(Options(2, 2));

        Assert.Equal([(1, 1), (2, 2)], seen);

        static AgentOptions Options(int workers, int batch)
        {
            var options = new AgentOptions();
            options.Performance.Workers = workers;
            options.Performance.BatchSize = batch;
            return options;
        }
    }

    private static Dictionary<string, string> NoVariables { get; } = new(StringComparer.Ordinal);

    private ConfiguredSettings Load()
    {
        var errors = new List<ConfigurationError>();
        var settings = ConfiguredSettings.Load(
            new AgentConfiguration(_file.Path, NoVariables, []),
            errors,
            TimeProvider.System
        );
        Assert.Empty(errors);
        return settings!;
    }

    private void Write(string text) => File.WriteAllText(_file.Path, text);

    private static SettingView Shown(ConfiguredSettings settings, string key) =>
        settings.List().Single(setting => setting.Key == key);

    private static Dictionary<string, IReadOnlyList<string>?> Values(
        params (string Key, string[]? Texts)[] values
    ) =>
        values.ToDictionary(
            value => value.Key,
            value => (IReadOnlyList<string>?)value.Texts,
            StringComparer.Ordinal
        );
}
