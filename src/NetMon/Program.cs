using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using NetMon.Shell;
using NetMon.Verbs;
using NetMon.Verbs.Config;

// No RootCommand: that would name itself after the file, not by what it was called.
var name = ProgramName.OfProcess();
var root = new Command(
    name,
    "what this machine's network does: who talks to whom, how much, how fast, what fails"
)
{
    new HelpOption(),
    new VersionOption(),
    AgentVerb.Create(),
    FlowsVerb.Create(),
    TopVerb.Create(),
    StatusVerb.Create(),
    StatsVerb.Create(),
    EventsVerb.Create(),
    DropsVerb.Create(),
    DoctorVerb.Create(),
    CheckSystemVerb.Create(),
    ConfigVerb.Create(),
    CompletionVerb.Create(),
    CompleteVerb.Create(),
    VersionVerb.Create(),
};

var parsed = root.Parse(TwoWords.Join(args, [.. root.Subcommands]));
if (parsed.Action is ParseErrorAction wrong)
{
    wrong.ShowHelp = args.Length == 0;
}

// Ctrl-C and SIGTERM cancel the verb's token. What it then has to finish gets as long as Kubernetes grants a pod.
var code = await parsed.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
