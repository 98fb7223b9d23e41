using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace NetMon.Verbs;

/// <summary><c>netmon version</c>: what this file is.</summary>
internal static class VersionVerb
{
    public static Command Create()
    {
        var command = new Command("version", "print the version, its commit and the runtime");
        command.SetAction(_ => Print(Console.Out));
        return command;
    }

    private static void Print(TextWriter output)
    {
        // "0.1.0+<commit>"; the SDK leaves the commit out where it builds outside a repository.
        var version =
            typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
        var parts = version.InformationalVersion.Split('+', 2);
        output.WriteLine($"netmon {parts[0]}");
        output.WriteLine($"commit {(parts.Length > 1 ? parts[1] : "unknown")}");
        output.WriteLine(
            $"runtime {RuntimeInformation.FrameworkDescription} {RuntimeInformation.RuntimeIdentifier}"
        );
    }
}
