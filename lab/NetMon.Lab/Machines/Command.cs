using System.Diagnostics;

namespace NetMon.Lab.Machines;

/// <summary>Short commands that a test needs the outcome of.</summary>
public static class Command
{
    /// <summary>Standard output. The command runs in the calling thread's network namespace.</summary>
    /// <exception cref="InvalidOperationException">The exit code was not 0; says what it printed to standard error.</exception>
    public static string Run(string program, params string[] arguments) => Feed("", program, arguments);

    /// <summary>As <see cref="Run"/>, with something to read.</summary>
    /// <param name="input">Standard input.</param>
    public static string Feed(string input, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process =
            Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading to the end; its exit code tells why.
        }

        process.WaitForExit();
        return process.ExitCode == 0
            ? output.GetAwaiter().GetResult()
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}: {error.GetAwaiter().GetResult()}"
            );
    }

    /// <summary>Whether PATH has the program.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/usr/sbin")
            .Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
