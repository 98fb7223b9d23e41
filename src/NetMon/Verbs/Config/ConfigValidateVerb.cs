using System.CommandLine;
using NetMon.Agent.Options;
using NetMon.Configuration;
using NetMon.Terminal;

namespace NetMon.Verbs.Config;

/// <summary><c>netmon config validate FILE</c>: everything that is wrong with a file, each with its place.</summary>
internal static class ConfigValidateVerb
{
    public static Command Create(Func<TerminalOutput>? output)
    {
        var file = new Argument<string>("file") { Description = "settings in YAML" };
        var elsewhere = new Option<bool>("--elsewhere")
        {
            Description =
                "the agent runs on another machine: leave out the files that settings name, and the cluster",
        };
        var command = new Command(
            "validate",
            "check a file as an agent that starts here would; exit code 0: it takes it, 1: not"
        )
        {
            file,
            elsewhere,
        };
        command.SetAction(arguments =>
        {
            var target = output?.Invoke() ?? TerminalOutput.ForProcess();
            var errors = new List<ConfigurationError>();
            if (!IsValid(arguments.GetValue(file)!, arguments.GetValue(elsewhere), errors))
            {
                Refuse(errors, target, ExitCode.Failed);
                target.Errors.WriteLine(
                    "docs/configuration.md and netmon config schema say what a file may hold"
                );
                return ExitCode.Failed;
            }

            target.Errors.WriteLine($"netmon: {TerminalText.Clean(arguments.GetValue(file))} is valid");
            return ExitCode.Ok;
        });
        return command;
    }

    private static bool IsValid(string file, bool elsewhere, List<ConfigurationError> errors)
    {
        var configuration = new AgentConfiguration(
            file,
            new Dictionary<string, string>(StringComparer.Ordinal),
            []
        );
        return configuration.Resolve(configuration.ReadFile(errors), [], errors) is { } settings
            && (elsewhere || !settings.Report(OptionFiles.Check(settings.Options), errors));
    }

    /// <summary>Says every error, a line each.</summary>
    public static int Refuse(IReadOnlyList<ConfigurationError> errors, TerminalOutput output, int exitCode)
    {
        foreach (var error in errors)
        {
            output.Errors.WriteLine(TerminalText.Clean(error.ToString()));
        }

        return exitCode;
    }
}
