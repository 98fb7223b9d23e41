using System.CommandLine;
using NetMon.Configuration;
using NetMon.Terminal;

namespace NetMon.Verbs.Config;

/// <summary><c>netmon config validate FILE</c>: everything that is wrong with a file, each with its place.</summary>
internal static class ConfigValidateVerb
{
    public static Command Create(Func<TerminalOutput>? output)
    {
        var file = new Argument<string>("file") { Description = "settings in YAML" };
        var command = new Command("validate", "check a file; exit code 0: an agent takes it, 1: not")
        {
            file,
        };
        command.SetAction(arguments =>
        {
            var target = output?.Invoke() ?? TerminalOutput.ForProcess();
            var errors = new List<ConfigurationError>();
            if (AgentConfiguration.Load(arguments.GetValue(file), [], errors) is null)
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
