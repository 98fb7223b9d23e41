using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Options;
using NetMon.Agent.Settings;

namespace NetMon.Configuration.Reloading;

/// <summary>The settings of an agent that was started with a file, an environment and flags, and what becomes of them while it runs.</summary>
/// <remarks>
/// <code>
///   start:  file, environment, flags ----------------------------> start, and latest
///   reload: file anew, environment, flags, changes at run time --> wrong: latest stays
///                                                                  right: latest; what is live holds, the rest waits for a restart
/// </code>
/// </remarks>
internal sealed class ConfiguredSettings : IAgentSettings
{
    private const string RunTime = "run time";

    private readonly Lock _changing = new();
    private readonly AgentConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly ResolvedSettings _start;
    private Dictionary<string, GivenValue> _changes = new(StringComparer.Ordinal);
    private ResolvedSettings _latest;
    private string? _accepted;
    private string? _seen;
    private volatile IReadOnlyList<SettingView> _list;
    private volatile ReloadHistory _reloads = ReloadHistory.None;
    private volatile ILogger _logger = NullLogger.Instance;

    private ConfiguredSettings(
        AgentConfiguration configuration,
        string? text,
        ResolvedSettings start,
        TimeProvider time
    )
    {
        _configuration = configuration;
        _accepted = text;
        _seen = text;
        _start = start;
        _latest = start;
        _time = time;
        _list = View();
        Live = new LiveSettings(start.Options);
    }

    public LiveSettings Live { get; }

    public string? File => _configuration.File;

    public IReadOnlyList<string> Warnings => _configuration.Warnings;

    public ReloadHistory Reloads => _reloads;

    /// <param name="configuration">Where they come from.</param>
    /// <param name="errors">Gets everything that is wrong.</param>
    /// <param name="time">For when they were read.</param>
    /// <returns>Null if anything is wrong.</returns>
    public static ConfiguredSettings? Load(
        AgentConfiguration configuration,
        ICollection<ConfigurationError> errors,
        TimeProvider time
    )
    {
        var text = configuration.ReadFile(errors);
        return configuration.Resolve(text, [], errors) is { } start
            ? new(configuration, text, start, time)
            : null;
    }

    /// <summary>Told of changes.</summary>
    public ILogger Logger
    {
        set => _logger = value;
    }

    /// <summary>Whether the files that the settings name, and the cluster, are there for an agent that starts now.</summary>
    /// <param name="errors">Gets what is wrong with them.</param>
    public bool FindsFiles(ICollection<ConfigurationError> errors) =>
        !_start.Report(OptionFiles.Check(_start.Options), errors);

    public IReadOnlyList<SettingView> List() => _list;

    public IDisposable Follow(ILogger logger)
    {
        Logger = logger;
        return new ReloadLoop(this, logger);
    }

    public IReadOnlyList<string> Set(IReadOnlyDictionary<string, IReadOnlyList<string>?> values)
    {
        lock (_changing)
        {
            var errors = new List<ConfigurationError>();
            var changes = new Dictionary<string, GivenValue>(_changes, StringComparer.Ordinal);
            foreach (var (key, texts) in values)
            {
                Change(key, texts, changes, errors);
            }

            if (_configuration.Resolve(_accepted, changes.Values, errors) is not { } next)
            {
                return [.. errors.Select(error => $"{error.Key}: {error.Message}")];
            }

            _changes = changes;
            Take(next);
            return [];
        }
    }

    /// <summary>Reads the settings anew. What is wrong with them changes nothing, and is said.</summary>
    public void Reload(ReloadReason reason)
    {
        lock (_changing)
        {
            var errors = new List<ConfigurationError>();
            var text = _configuration.ReadFile(errors);
            if (IsNoNews(reason, text))
            {
                return;
            }

            _seen = text;
            if (_configuration.Resolve(text, _changes.Values, errors) is { } next)
            {
                _accepted = text;
                Take(next);
                // Last: who reads that the file was taken finds its settings in force.
                _reloads = _reloads.With([], _time.GetUtcNow());
                return;
            }

            _reloads = _reloads.With([.. errors.Select(error => error.ToString())], _time.GetUtcNow());
            foreach (var error in _reloads.Errors)
            {
                ReloadLog.Refused(_logger, error);
            }
        }
    }

    // A file that is being replaced is not there for a moment.
    private bool IsNoNews(ReloadReason reason, string? text) =>
        reason switch
        {
            ReloadReason.Signal => false,
            ReloadReason.Change when text is null => true,
            _ => string.Equals(text, _seen, StringComparison.Ordinal),
        };

    private static void Change(
        string key,
        IReadOnlyList<string>? texts,
        Dictionary<string, GivenValue> changes,
        List<ConfigurationError> errors
    )
    {
        if (SettingTable.Find(key) is not { } setting)
        {
            errors.Add(new ConfigurationError(RunTime, key, UnknownSetting.Message(key)));
        }
        else if (!setting.IsLive)
        {
            errors.Add(
                new ConfigurationError(
                    RunTime,
                    key,
                    "takes a restart: set it in the file, the environment or a flag, and restart the agent"
                )
            );
        }
        else if (texts is null)
        {
            changes.Remove(key);
        }
        else
        {
            var isList = setting.IsList || texts.Count != 1;
            changes[key] = new(key, RunTime, [.. texts.Select(text => new GivenText(text, RunTime))], isList);
        }
    }

    private void Take(ResolvedSettings next)
    {
        var changed = SettingTable.All.Where(setting => !next.IsSame(setting, _latest)).ToArray();
        _latest = next;
        _list = View();
        Live.Publish(ResolvedSettings.Build(Holding));
        if (changed.Length == 0)
        {
            ReloadLog.Unchanged(_logger);
        }

        if (changed.Where(setting => setting.IsLive).ToArray() is { Length: > 0 } live)
        {
            ReloadLog.Changed(_logger, string.Join(", ", live.Select(Describe)));
        }

        foreach (var setting in changed.Where(setting => !setting.IsLive))
        {
            if (_latest.IsSame(setting, _start))
            {
                ReloadLog.RestartNotNeeded(_logger, setting.Key);
            }
            else
            {
                ReloadLog.RestartNeeded(
                    _logger,
                    setting.Key,
                    Write(setting, _latest),
                    _latest.SourceOf(setting),
                    Write(setting, _start)
                );
            }
        }
    }

    private ResolvedSettings Holding(Setting setting) => setting.IsLive ? _latest : _start;

    private string Describe(Setting setting) =>
        $"{setting.Key} = {Write(setting, _latest)} ({_latest.SourceOf(setting)})";

    private static string Write(Setting setting, ResolvedSettings settings)
    {
        var texts = settings.Show(setting);
        return setting.IsList ? $"[{string.Join(", ", texts)}]" : texts[0];
    }

    private SettingView[] View() =>
        [
            .. SettingTable.All.Select(setting => new SettingView(
                setting.Key,
                Holding(setting).Show(setting),
                setting.IsList,
                Holding(setting).SourceOf(setting),
                setting.IsLive
            )
            {
                Pending =
                    setting.IsLive || _latest.IsSame(setting, _start)
                        ? null
                        : new PendingValue(_latest.Show(setting), _latest.SourceOf(setting)),
            }),
        ];
}

/// <summary>Why settings are read anew.</summary>
internal enum ReloadReason
{
    /// <summary>The kernel told of a change in the file's directory, which need not concern the file.</summary>
    Change,

    /// <summary>It is looked now and then.</summary>
    Poll,

    /// <summary>Somebody asked for it: SIGHUP.</summary>
    Signal,
}
