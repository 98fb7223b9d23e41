using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>Where an agent's settings come from: a file, the environment and flags, in rising precedence.</summary>
/// <param name="File">Path of a YAML file, or null for none.</param>
/// <param name="Environment">Variables and their values.</param>
/// <param name="Flags">Values given on the command line.</param>
internal sealed record AgentConfiguration(
    string? File,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<GivenValue> Flags
)
{
    /// <summary>Names the file where <c>--config</c> does not.</summary>
    public const string FileVariable = "NETMON_CONFIG";

    /// <summary>Of file and flags alone.</summary>
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
        var configuration = new AgentConfiguration(
            file,
            new Dictionary<string, string>(StringComparer.Ordinal),
            [.. flags]
        );
        return configuration.Load(errors);
    }

    /// <summary>That of this process.</summary>
    /// <param name="file">As given by a flag, or null: the environment may name one.</param>
    /// <param name="flags">Values given on the command line.</param>
    public static AgentConfiguration OfProcess(string? file, IEnumerable<GivenValue> flags)
    {
        var variables = EnvironmentSettings.OfProcess();
        // An empty variable is one that is not set, as it is with the others that shells and manifests leave empty.
        var named = variables.GetValueOrDefault(FileVariable);
        return new(file ?? (string.IsNullOrEmpty(named) ? null : named), variables, [.. flags]);
    }

    /// <summary>The options that an agent would start with here.</summary>
    /// <param name="errors">Gets everything that is wrong.</param>
    /// <returns>Null if anything is.</returns>
    public AgentOptions? Load(ICollection<ConfigurationError> errors) =>
        Resolve(ReadFile(errors), [], errors)?.Options;

    /// <summary>Variables that look like settings and are none.</summary>
    public IReadOnlyList<string> Warnings => [.. EnvironmentSettings.Unknown(Environment)];

    /// <returns>The file's text; null: there is no file, or an error says why it cannot be read.</returns>
    public string? ReadFile(ICollection<ConfigurationError> errors) =>
        File is null ? null : ConfigurationFile.Read(File, errors);

    /// <param name="text">The file's text, or null for none.</param>
    /// <param name="changes">What was changed at run time.</param>
    /// <param name="errors">Gets everything that is wrong.</param>
    /// <returns>Null if anything is, also before.</returns>
    public ResolvedSettings? Resolve(
        string? text,
        IEnumerable<GivenValue> changes,
        ICollection<ConfigurationError> errors
    )
    {
        var gathering = new ResolvedSettings.Gathering(errors);
        if (text is not null)
        {
            YamlSettings.Read(text, File!, gathering.Take, errors);
        }

        foreach (var value in EnvironmentSettings.Read(Environment, errors).Concat(Flags).Concat(changes))
        {
            gathering.Take(value);
        }

        return gathering.End();
    }
}
