using System.CommandLine;
using NetMon.Core.Diagnosis;
using NetMon.Diagnosis;
using NetMon.Terminal;
using NetMon.Terminal.Diagnosis;

namespace NetMon.Verbs;

/// <summary><c>netmon check-system</c>: whether an agent could run here, before anything is installed.</summary>
internal static class CheckSystemVerb
{
    public static Command Create(Func<TerminalOutput>? output = null, HostPaths? paths = null)
    {
        var settings = new AgentSettingOptions();
        var format = new FormatOption(FormatOption.Usual, "json, yaml: for other programs");
        var command = new Command(
            "check-system",
            "check whether an agent can run here: kernel, rights, limits, interfaces; no agent is needed"
        )
        {
            format.Option,
        };
        settings.AddTo(command);
        command.SetAction(arguments =>
        {
            var target = output?.Invoke() ?? TerminalOutput.ForProcess();
            if (settings.Read(arguments, target) is not { } options)
            {
                return ExitCode.Usage;
            }

            IReadOnlyList<Finding> findings =
            [
                .. HostChecks.Run(new HostScene(options, paths ?? new HostPaths())),
            ];
            FindingsPrinter.Print(findings, format.Read(arguments), target);
            return ExitCode.Of(findings);
        });
        return command;
    }
}
