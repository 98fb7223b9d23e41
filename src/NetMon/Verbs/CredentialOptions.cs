using System.CommandLine;
using NetMon.Client;

namespace NetMon.Verbs;

/// <summary>What an agent on another machine is asked with: each a flag, or else a variable.</summary>
internal sealed class CredentialOptions
{
    private readonly (Option<string?> Option, string Variable)[] _files =
    [
        File("--token-file", "NETMON_TOKEN_FILE", "bearer token for an agent that is asked over TLS"),
        File("--ca", "NETMON_CA", "PEM authorities of the agent's certificate, instead of the system's"),
        File("--cert", "NETMON_CERT", "PEM client certificate"),
        File("--key", "NETMON_KEY", "PEM key of the client certificate"),
    ];

    public void AddTo(Command command)
    {
        foreach (var (option, _) in _files)
        {
            option.Recursive = true;
            command.Options.Add(option);
        }
    }

    /// <returns>Null if nothing is given.</returns>
    public AgentCredential? Read(ParseResult arguments)
    {
        var values = Array.ConvertAll(_files, file => Value(arguments, file.Option, file.Variable));
        return Array.TrueForAll(values, value => value is null)
            ? null
            : new AgentCredential(values[0], values[1], values[2], values[3]);
    }

    private static (Option<string?> Option, string Variable) File(
        string name,
        string variable,
        string description
    ) =>
        (
            new Option<string?>(name) { Description = $"{description} [env: {variable}]", HelpName = "file" },
            variable
        );

    private static string? Value(ParseResult arguments, Option<string?> option, string variable)
    {
        var text = arguments.GetValue(option);
        text = string.IsNullOrEmpty(text) ? Environment.GetEnvironmentVariable(variable) : text;
        return string.IsNullOrEmpty(text) ? null : text;
    }
}
