using System.ComponentModel;
using System.Diagnostics;

namespace NetMon.Core.Tests;

/// <summary>Debian's Python, whose libraries judge our output independently.</summary>
internal static class Python
{
    private const string Path = "/usr/bin/python3";

    /// <summary>Whether a module is installed and has a name in it.</summary>
    public static async Task<bool> HasAsync(string module, string name) =>
        File.Exists(Path) && (await RunAsync($"from {module} import {name}", "")).ExitCode == 0;

    public static Task<(int ExitCode, string Output)> RunAsync(
        string script,
        string input,
        params string[] arguments
    ) => Tool.RunAsync(Path, input, ["-c", script, .. arguments]);
}

/// <summary>A program that reads standard input and judges.</summary>
internal static class Tool
{
    /// <returns>Exit code, and standard output and error together; exit code -1 where the program does not exist.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        string input,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            return (-1, $"{program} is not installed");
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            try
            {
                await process.StandardInput.WriteAsync(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading everything: its exit code and output say why.
            }

            await process.WaitForExitAsync();
            return (process.ExitCode, await output + await error);
        }
    }
}
