using System.CommandLine;

namespace NetMon.Plugin;

/// <summary>Takes the options about the cluster out of a command line, before the verbs see it. As with kubectl they may stand anywhere.</summary>
/// <remarks>
/// <c>-n</c> chooses whose traffic is shown, as kubectl's chooses whose objects: it goes to verbs that have it, and means nothing to others. <c>--node</c>
/// is the node whose agent is asked.
/// </remarks>
internal static class PluginArguments
{
    private static readonly string[] Own =
    [
        "--kubeconfig",
        "--context",
        "--agent-namespace",
        "--node",
        "--via",
    ];

    private static readonly string[] Ways = ["port-forward", "proxy"];

    /// <param name="arguments">As given.</param>
    /// <param name="verbs">The verbs that there are.</param>
    /// <param name="rest">What is left for them.</param>
    /// <param name="error">What is wrong; empty if nothing is.</param>
    public static PluginOptions Take(
        IReadOnlyList<string> arguments,
        IReadOnlyCollection<Command> verbs,
        out string[] rest,
        out string error
    )
    {
        var options = new PluginOptions();
        var left = new List<string>();
        var spaces = new List<string>();
        error = "";
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (name is "--")
            {
                left.AddRange(arguments.Skip(i));
                break;
            }

            if (name is "-A" or "--all-namespaces")
            {
                continue;
            }

            var isSpace = name is "-n" or "--namespace";
            if (!isSpace && Array.IndexOf(Own, name) < 0)
            {
                left.Add(arguments[i]);
                continue;
            }

            value ??= i + 1 < arguments.Count ? arguments[++i] : null;
            if (string.IsNullOrEmpty(value))
            {
                error = $"{name} needs a value";
            }
            else if (name is "--via" && Array.IndexOf(Ways, value) < 0)
            {
                error = $"--via: '{value}' is not port-forward or proxy";
            }
            else if (isSpace)
            {
                spaces.Add(value);
            }
            else
            {
                options = With(options, name, value);
            }
        }

        if (Verb(left, verbs)?.Options.Any(option => option.Name == "--namespace") == true)
        {
            left.AddRange(spaces.SelectMany(space => new[] { "--namespace", space }));
        }

        rest = [.. left];
        return options;
    }

    private static PluginOptions With(PluginOptions options, string name, string value) =>
        name switch
        {
            "--kubeconfig" => options with { Kubeconfig = value },
            "--context" => options with { Context = value },
            "--agent-namespace" => options with { AgentNamespace = value },
            "--via" => options with { ByProxy = value == "proxy" },
            _ => options with { Nodes = [.. options.Nodes, value] },
        };

    private static Command? Verb(List<string> arguments, IReadOnlyCollection<Command> verbs) =>
        arguments
            .Select(word => verbs.FirstOrDefault(verb => verb.Name == word))
            .FirstOrDefault(verb => verb is not null);

    private static (string Name, string? Value) Split(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
        && argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
            ? (argument[..equals], argument[(equals + 1)..])
            : (argument, null);
}
