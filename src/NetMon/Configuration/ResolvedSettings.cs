using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>What defaults, file, environment, flags and changes at run time say together. Never changes.</summary>
internal sealed class ResolvedSettings
{
    private const string Masked = "********";

    private readonly Dictionary<string, (GivenValue Given, Action<AgentOptions> Apply)> _given;

    private ResolvedSettings(Dictionary<string, (GivenValue, Action<AgentOptions>)> given)
    {
        _given = given;
        Options = Build(_ => this);
    }

    /// <summary>All of it as options. Not to be changed.</summary>
    public AgentOptions Options { get; }

    /// <summary>Options in which each setting has its value from one of several resolutions.</summary>
    public static AgentOptions Build(Func<Setting, ResolvedSettings> choose)
    {
        var options = new AgentOptions();
        foreach (var setting in SettingTable.All)
        {
            if (choose(setting)._given.TryGetValue(setting.Key, out var value))
            {
                value.Apply(options);
            }
        }

        return options;
    }

    /// <summary>Where a setting's value comes from.</summary>
    public string SourceOf(Setting setting) =>
        _given.TryGetValue(setting.Key, out var value) ? value.Given.Place
        : setting.Fallback is { } other && _given.TryGetValue(other, out value)
            ? $"{other}, {value.Given.Place}"
        : "default";

    /// <summary>The value as a user would write it; masked if it is secret.</summary>
    public IReadOnlyList<string> Show(Setting setting)
    {
        var texts = setting.Texts(Options);
        return setting.IsSecret ? [.. texts.Select(text => text.Length == 0 ? "" : Masked)] : texts;
    }

    /// <summary>Whether a setting has the same value in another resolution.</summary>
    public bool IsSame(Setting setting, ResolvedSettings other) =>
        setting.Texts(Options).SequenceEqual(setting.Texts(other.Options), StringComparer.Ordinal);

    /// <summary>Says of problems where the settings were given that have them.</summary>
    /// <returns>Whether there are any.</returns>
    public bool Report(IEnumerable<OptionProblem> problems, ICollection<ConfigurationError> errors)
    {
        var before = errors.Count;
        foreach (var (key, message) in problems)
        {
            errors.Add(new ConfigurationError(SourceOf(SettingTable.Find(key)!), key, message));
        }

        return errors.Count > before;
    }

    /// <summary>Gathers values.</summary>
    /// <param name="errors">Gets everything that is wrong with them, in their order.</param>
    internal sealed class Gathering(ICollection<ConfigurationError> errors)
    {
        private readonly Dictionary<string, (GivenValue, Action<AgentOptions>)> _values = new(
            StringComparer.Ordinal
        );

        /// <summary>Takes a value: a stronger one than that before it.</summary>
        public void Take(GivenValue value)
        {
            if (SettingTable.Find(value.Key) is not { } setting)
            {
                if (UnknownSetting.ProblemOf(value) is { } problem)
                {
                    errors.Add(new ConfigurationError(value.Place, value.Key, problem));
                }
            }
            else if (setting.TryRead(value, errors, out var apply))
            {
                _values[value.Key] = (value, apply);
            }
        }

        /// <returns>Null if there are errors, also earlier ones: nothing is half applied.</returns>
        public ResolvedSettings? End()
        {
            if (errors.Count > 0)
            {
                return null;
            }

            var settings = new ResolvedSettings(_values);
            return settings.Report(OptionRules.Check(settings.Options), errors) ? null : settings;
        }
    }
}
