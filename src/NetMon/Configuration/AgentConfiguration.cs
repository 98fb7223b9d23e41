using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>Makes the agent's options: defaults, then a file, then flags.</summary>
internal sealed class AgentConfiguration
{
    private readonly ICollection<ConfigurationError> _errors;
    private readonly List<Action<AgentOptions>> _changes = [];

    private AgentConfiguration(ICollection<ConfigurationError> errors) => _errors = errors;

    /// <param name="file">Path of a YAML file, or null for none.</param>
    /// <param name="flags">Values given on the command line.</param>
    /// <param name="errors">Gets everything that is wrong, in the order in which it was written.</param>
    /// <returns>The options, or null if anything is wrong: nothing is half applied.</returns>
    public static AgentOptions? Load(
        string? file,
        IEnumerable<GivenValue> flags,
        ICollection<ConfigurationError> errors
    )
    {
        var configuration = new AgentConfiguration(errors);
        if (file is not null && ConfigurationFile.Read(file, errors) is { } text)
        {
            YamlSettings.Read(text, file, configuration.Take, errors);
        }

        foreach (var flag in flags)
        {
            configuration.Take(flag);
        }

        return errors.Count == 0 ? configuration.Apply() : null;
    }

    private void Take(GivenValue given)
    {
        if (SettingTable.All.FirstOrDefault(setting => setting.Key == given.Key) is { } setting)
        {
            if (setting.TryRead(given, _errors, out var change))
            {
                _changes.Add(change);
            }
        }
        else if (ProblemOfUnknown(given) is { } problem)
        {
            _errors.Add(new ConfigurationError(given.Place, given.Key, problem));
        }
    }

    private AgentOptions Apply()
    {
        var options = new AgentOptions();
        _changes.ForEach(change => change(options));
        return options;
    }

    private static string? ProblemOfUnknown(GivenValue given)
    {
        if (MovedSettings.NameOf(given.Key) is { } moved && !IsEmpty(given))
        {
            return $"moved: it is {moved} now";
        }

        var keys = SettingTable.All.Select(setting => setting.Key);
        if (keys.Any(key => key.StartsWith(given.Key + ".", StringComparison.Ordinal)))
        {
            return IsEmpty(given) ? null : "is a section; its settings go beneath it, indented";
        }

        return NearestName.Of(given.Key, keys) is { } nearest
            ? $"unknown setting; did you mean {nearest}?"
            : "unknown setting";
    }

    // A section of which every line is commented out.
    private static bool IsEmpty(GivenValue given) => !given.IsList && given.Texts[0].Text.Length == 0;
}
