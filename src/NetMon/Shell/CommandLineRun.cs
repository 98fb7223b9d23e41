using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text;
using NetMon.Terminal;
using NetMon.Verbs;

namespace NetMon.Shell;

/// <summary>Runs a command line. Whatever is wrong with it, or goes wrong unforeseen, is said as verbs say it: what, and what to do next.</summary>
internal static class CommandLineRun
{
    // What a verb has to finish after Ctrl-C and SIGTERM gets as long as Kubernetes grants a pod.
    private static readonly TimeSpan Finish = TimeSpan.FromSeconds(30);

    /// <param name="root">The verbs, under the name that the program was called by.</param>
    /// <param name="output">For help, and for what is wrong.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> InvokeAsync(Command root, string[] arguments, TerminalOutput output)
    {
        var parsed = root.Parse(arguments);
        var mistakes = arguments.Length == 0 ? [] : CommandLineMistakes.Of(parsed);
        if (mistakes.Count > 0)
        {
            return Refuse(mistakes, parsed, output);
        }

        if (parsed.Action is ParseErrorAction wrong)
        {
            wrong.ShowHelp = true;
        }

        var help = new StringWriter();
        try
        {
            var code = await parsed.InvokeAsync(
                new()
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = Finish,
                    Output = help,
                    Error = output.Errors,
                }
            );
            output.Write(help.GetStringBuilder());
            return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
        }
        catch (OutputException e)
        {
            return AgentVerbRun.Fail(output, e);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
#pragma warning disable CA1031 // The last stop before the process: a person gets words, not a stack.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Environment.GetEnvironmentVariable("NETMON_DEBUG") == "true"
                ? AgentVerbRun.Fail(output, e.ToString(), "please report this")
                : AgentVerbRun.Fail(
                    output,
                    $"this should not have happened: {e.GetType().Name}: {TerminalText.Clean(e.Message)}",
                    "please report this with what NETMON_DEBUG=true adds to it, and a netmon support-bundle"
                );
        }
    }

    private static int Refuse(IReadOnlyList<string> mistakes, ParseResult parsed, TerminalOutput output)
    {
        foreach (var mistake in mistakes)
        {
            output.Errors.WriteLine($"netmon: {TerminalText.Clean(mistake)}");
        }

        output.Errors.WriteLine($"{NameOf(parsed.CommandResult)} --help says what there is");
        return ExitCode.Usage;
    }

    /// <summary>As a person would type it: <c>netmon config set</c>.</summary>
    private static string NameOf(CommandResult command)
    {
        var name = new StringBuilder(command.Command.Name);
        for (
            var parent = command.Parent as CommandResult;
            parent is not null;
            parent = parent.Parent as CommandResult
        )
        {
            name.Insert(0, ' ').Insert(0, parent.Command.Name);
        }

        return name.Replace(ProgramName.Plugin, "kubectl netmon").ToString();
    }
}
