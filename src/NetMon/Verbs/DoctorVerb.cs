using System.CommandLine;
using NetMon.Client;
using NetMon.Core.Diagnosis;
using NetMon.Diagnosis;
using NetMon.Terminal;
using NetMon.Terminal.Diagnosis;

namespace NetMon.Verbs;

/// <summary><c>netmon doctor</c>: what is wrong with this host and the agent on it, and what to do.</summary>
internal static class DoctorVerb
{
    public static Command Create(Func<TerminalOutput>? output = null, HostPaths? paths = null)
    {
        var settings = new AgentSettingOptions();
        var server = new ServerOption();
        var format = new FormatOption(FormatOption.Usual, "json, yaml: for other programs");
        var command = new Command(
            "doctor",
            "find out what is wrong: this host's checks, and those that its agent makes of itself"
        )
        {
            format.Option,
        };
        server.AddTo(command);
        settings.AddTo(command);
        command.SetAction(
            async (arguments, stop) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                if (!server.TryRead(arguments, out var address, out var error))
                {
                    return AgentVerbRun.Fail(target, error, "correct it, or give --server", ExitCode.Usage);
                }

                if (settings.Read(arguments, target) is not { } options)
                {
                    return ExitCode.Usage;
                }

                var (runs, ofAgent) = await AgentFindings.AskAsync(address, stop);
                IReadOnlyList<Finding> findings =
                [
                    .. HostChecks.Run(new HostScene(options, paths ?? new HostPaths(), runs)),
                    .. ofAgent,
                ];
                FindingsPrinter.Print(findings, format.Read(arguments), target);
                return ExitCode.Of(findings);
            }
        );
        return command;
    }
}
