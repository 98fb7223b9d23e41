using System.CommandLine;
using System.CommandLine.Help;
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

return await CommandLineRun.InvokeAsync(root, args, TerminalOutput.ForProcess());
