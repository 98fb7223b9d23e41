using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using NetMon.Plugin;
using NetMon.Shell;
using NetMon.Terminal;
using NetMon.Verbs;
using NetMon.Verbs.Config;

const string What = "what this machine's network does: who talks to whom, how much, how fast, what fails";

Command[] verbs =
[
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
    DebugVerb.Create(),
    SupportBundleVerb.Create(),
    CompletionVerb.Create(),
    CompleteVerb.Create(),
    DetachVerb.Create(),
    VersionVerb.Create(),
];

// No RootCommand: that would name itself after the file, not by what it was called.
var name = ProgramName.OfProcess();
var root = name == ProgramName.Plugin ? new PluginCommand() : new Command(name, What);
root.Add(new HelpOption());
root.Add(new VersionOption());
Array.ForEach(verbs, root.Add);

args = TwoWords.Join(args, verbs);
if (root is PluginCommand plugin && !plugin.TryTake(args, TerminalOutput.ForProcess(), out args))
{
    return ExitCode.Usage;
}

var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction wrong)
{
    wrong.ShowHelp = args.Length == 0;
}

// Ctrl-C and SIGTERM cancel the verb's token. What it then has to finish gets as long as Kubernetes grants a pod.
var code = await parsed.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
