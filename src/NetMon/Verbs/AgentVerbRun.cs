using System.CommandLine;
using NetMon.Client;
using NetMon.Terminal;

namespace NetMon.Verbs;

/// <summary>Runs what a verb asks of an agent, and tells failures apart.</summary>
internal static class AgentVerbRun
{
    /// <param name="cancellationToken">Cancelled by Ctrl-C and SIGTERM.</param>
    /// <returns>The process's exit code. Every failure is on standard error: what, and what to do next, a line each.</returns>
    public static async Task<int> RunAsync(
        ServerOption requested,
        ParseResult arguments,
        TerminalOutput output,
        Func<AgentClient, Task> ask,
        CancellationToken cancellationToken
    )
    {
        if (!requested.TryRead(arguments, out var server, out var error))
        {
            return Fail(output, error, "correct it, or give --server", ExitCode.Usage);
        }

        try
        {
            using var client = new AgentClient(server);
            await ask(client);
            return ExitCode.Ok;
        }
        catch (AgentException e)
        {
            return Fail(output, e.Message, e.Advice);
        }
        catch (OutputException e)
        {
            return Fail(output, e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }
    }

    /// <summary>The output cannot be written. That nobody reads it any more is no failure.</summary>
    public static int Fail(TerminalOutput output, OutputException error) =>
        error.ReaderLeft
            ? ExitCode.Ok
            : Fail(
                output,
                $"cannot write the output: {error.Message}",
                "see where it goes: a full disk, or a closed file"
            );

    public static int Fail(
        TerminalOutput output,
        string message,
        string advice,
        int exitCode = ExitCode.Failed
    )
    {
        output.Errors.WriteLine($"netmon: {TerminalText.Disarm(message)}");
        output.Errors.WriteLine(TerminalText.Disarm(advice));
        return exitCode;
    }
}
