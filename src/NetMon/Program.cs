using System.CommandLine;
using System.CommandLine.Invocation;
using NetMon.Verbs;

var root = new RootCommand(
    "what this machine's network does: who talks to whom, how much, how fast, what fails"
)
{
    AgentVerb.Create(),
    FlowsVerb.Create(),
    TopVerb.Create(),
    StatusVerb.Create(),
    EventsVerb.Create(),
    DropsVerb.Create(),
    CompletionVerb.Create(),
    VersionVerb.Create(),
};

var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction wrong)
{
    wrong.ShowHelp = args.Length == 0;
}

// Ctrl-C and SIGTERM cancel the verb's token. What it then has to finish gets as long as Kubernetes grants a pod.
var code = await parsed.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
