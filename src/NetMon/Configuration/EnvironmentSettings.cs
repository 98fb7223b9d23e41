using System.Collections;

namespace NetMon.Configuration;

/// <summary>Settings from variables: <c>NETMON_FLOW_INTERVAL=1s</c> is <c>flow.interval: 1s</c>.</summary>
internal static class EnvironmentSettings
{
    private const string Prefix = "NETMON_";
    private const string Enabled = "_ENABLED";

    /// <summary>Log everything.</summary>
    private const string Debug = "NETMON_DEBUG";

    /// <summary>Variables that mean something else than a setting.</summary>
    private static readonly HashSet<string> Others = new(StringComparer.Ordinal)
    {
        AgentConfiguration.FileVariable,
        "NETMON_SERVER",
        "NETMON_TOKEN_FILE",
        "NETMON_CA",
        "NETMON_CERT",
        "NETMON_KEY",
        "NETMON_UPDATE_DOCS",
        Debug,
    };

    /// <summary>The variables of this process that concern us.</summary>
    public static IReadOnlyDictionary<string, string> OfProcess()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is { Key: string name, Value: string value } && IsOurs(name))
            {
                variables[name] = value;
            }
        }

        return variables;
    }

    /// <summary>The variable that every setting has.</summary>
    public static string NameOf(Setting setting) => Prefix + setting.Key.Replace('.', '_').ToUpperInvariant();

    /// <summary>All variables of a setting: that of <see cref="NameOf"/>, the same without <c>_ENABLED</c>, and a short one.</summary>
    public static IEnumerable<string> NamesOf(Setting setting)
    {
        var name = NameOf(setting);
        yield return name;
        if (name.EndsWith(Enabled, StringComparison.Ordinal))
        {
            yield return name[..^Enabled.Length];
        }

        if (setting.ShortVariable is { } other)
        {
            yield return other;
        }
    }

    /// <summary>The values that variables give, in the order of the table.</summary>
    public static IEnumerable<GivenValue> Read(
        IReadOnlyDictionary<string, string> variables,
        ICollection<ConfigurationError> errors
    )
    {
        foreach (var setting in SettingTable.All)
        {
            string? first = null;
            foreach (var name in NamesOf(setting))
            {
                if (!variables.TryGetValue(name, out var text))
                {
                    continue;
                }

                if (first is not null)
                {
                    errors.Add(new ConfigurationError(Place(name), setting.Key, $"given by {first}, too"));
                    continue;
                }

                first = name;
                yield return Given(setting, name, text);
            }
        }

        if (variables.TryGetValue(Debug, out var debug) && ReadDebug(debug, errors) is { } level)
        {
            yield return level;
        }
    }

    /// <summary>What to say of variables that are nothing of ours, though they look so.</summary>
    public static IEnumerable<string> Unknown(IReadOnlyDictionary<string, string> variables)
    {
        var known = SettingTable.All.SelectMany(NamesOf).Concat(Others).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!known.Contains(name) && !IsServiceLink(name, value))
            {
                yield return NearestName.Of(name, known) is { } nearest
                    ? $"the environment's {name} is no setting; did you mean {nearest}?"
                    : $"the environment's {name} is no setting";
            }
        }
    }

    private static GivenValue Given(Setting setting, string name, string text)
    {
        var place = Place(name);
        var texts = setting.IsList
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [text];
        return new(setting.Key, place, [.. texts.Select(item => new GivenText(item, place))], setting.IsList);
    }

    private static GivenValue? ReadDebug(string text, ICollection<ConfigurationError> errors)
    {
        var place = Place(Debug);
        switch (text)
        {
            case "true" or "1":
                return new("log.level", place, [new GivenText("debug", place)], IsList: false);
            case "false" or "0" or "":
                return null;
            default:
                errors.Add(new ConfigurationError(place, null, $"'{text}' is neither true nor false"));
                return null;
        }
    }

    private static string Place(string name) => $"env {name}";

    private static bool IsOurs(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    // What Kubernetes tells containers of a service called netmon, or netmon-something, in their namespace.
    private static bool IsServiceLink(string name, string value) =>
        name.EndsWith("_SERVICE_HOST", StringComparison.Ordinal)
        || name.Contains("_SERVICE_PORT", StringComparison.Ordinal)
        || name.Contains("_PORT_", StringComparison.Ordinal)
        || (
            name.EndsWith("_PORT", StringComparison.Ordinal)
            && value.Contains("://", StringComparison.Ordinal)
        );
}
