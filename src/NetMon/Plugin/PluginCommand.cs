using System.CommandLine;
using NetMon.Client;
using NetMon.Shell;
using NetMon.Terminal;
using NetMon.Verbs;

namespace NetMon.Plugin;

/// <summary>The root of the verbs when kubectl runs the program: they ask the agents of a cluster.</summary>
internal sealed class PluginCommand : Command
{
    private static readonly string[] OfMachine = ["agent", "check-system", "detach", "doctor"];

    public PluginCommand()
        : base(
            ProgramName.Plugin,
            "what a cluster's network does: asks the agents of a Kubernetes cluster, all of them or that of --node"
        )
    {
        // For the help only: they are taken out of the command line before it is read.
        Add(Describe("--node", "name", "ask the agent on this node (repeatable) [default: all nodes]"));
        Add(
            Describe(
                "--namespace",
                "name",
                "only what this namespace has a part in, where a verb can tell",
                "-n"
            )
        );
        Add(Describe("--context", "name", "context of the kubeconfig [default: its current one]"));
        Add(Describe("--kubeconfig", "file", "[default: KUBECONFIG, else ~/.kube/config]"));
        Add(
            Describe(
                "--agent-namespace",
                "name",
                $"where the agents' pods are [default: {PluginOptions.DefaultNamespace}, else any]"
            )
        );
        Add(
            Describe(
                "--via",
                "port-forward|proxy",
                "how agents are reached; proxy is the API server's, for agents that listen at their pod's address [default: port-forward]"
            )
        );
    }

    /// <summary>What the verbs ask; null until <see cref="TryTake"/>.</summary>
    public ServerAddress? Agents { get; private set; }

    /// <summary>Takes what is about the cluster out of the command line.</summary>
    /// <returns>False if it makes no sense, which was said.</returns>
    public bool TryTake(string[] arguments, TerminalOutput output, out string[] rest)
    {
        var options = PluginArguments.Take(arguments, [.. Subcommands], out rest, out var error);
        if (error.Length > 0)
        {
            AgentVerbRun.Fail(output, error, "see kubectl netmon --help", ExitCode.Usage);
            return false;
        }

        if (rest.FirstOrDefault(IsVerb) is { } verb && Array.IndexOf(OfMachine, verb) >= 0)
        {
            AgentVerbRun.Fail(
                output,
                $"{verb} is about the machine that it runs on",
                $"run it there: kubectl exec -n {options.AgentNamespace ?? PluginOptions.DefaultNamespace} POD -- netmon {verb}",
                ExitCode.Usage
            );
            return false;
        }

        var directory = new AgentDirectory(options);
        Agents = ServerAddress.Through(
            new ClusterHandler(directory, text => output.Errors.WriteLine($"netmon: {text}")),
            directory.Label
        );
        return true;
    }

    private bool IsVerb(string word) =>
        Subcommands.Any(verb => string.Equals(verb.Name, word, StringComparison.Ordinal));

    private static Option<string> Describe(
        string name,
        string helpName,
        string description,
        params string[] aliases
    ) => new(name, aliases) { Description = description, HelpName = helpName };
}
