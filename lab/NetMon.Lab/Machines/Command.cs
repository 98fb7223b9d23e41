using System.Diagnostics;

namespace NetMon.Lab.Machines;

/// <summary>Short commands that a test needs the outcome of.</summary>
public static class Command
{
    /// <summary>Standard output. The command runs in the calling thread's network namespace.</summary>
    /// <exception cref="InvalidOperationException">The exit code was not 0; says what it printed to standard error.</exception>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process =
            Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
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
