using System.Buffers;
using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using NetMon.Terminal;
using NetMon.Terminal.Documents;

namespace NetMon.Verbs;

/// <summary><c>netmon version</c>: what this file is.</summary>
internal static class VersionVerb
{
    public static Command Create(Func<TerminalOutput>? output = null)
    {
        var format = new FormatOption(["text", "json", "yaml"], "json, yaml: for other programs");
        var command = new Command("version", "print the version, its commit and the runtime")
        {
            format.Option,
        };
        command.SetAction(arguments =>
        {
            var target = output?.Invoke() ?? TerminalOutput.ForProcess();
            if (DocumentPrinter.For(format.Read(arguments), target) is { } printer)
            {
                printer.PrintAll(ToJson());
            }
            else
            {
                target.Write(new StringBuilder(Describe()));
            }
        });
        return command;
    }

    // "0.1.0+<commit>"; the SDK leaves the commit out where it builds outside a repository.
    private static (string Version, string Commit) Read()
    {
        var version =
            typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
        var parts = version.InformationalVersion.Split('+', 2);
        return (parts[0], parts.Length > 1 ? parts[1] : "unknown");
    }

    /// <summary>As it is printed.</summary>
    public static string Describe()
    {
        using var text = new StringWriter();
        Print(text);
        return text.ToString();
    }

    private static void Print(TextWriter output)
    {
        var (version, commit) = Read();
        output.WriteLine($"netmon {version}");
        output.WriteLine($"commit {commit}");
        output.WriteLine(
            $"runtime {RuntimeInformation.FrameworkDescription} {RuntimeInformation.RuntimeIdentifier}"
        );
    }

    private static ReadOnlySpan<byte> ToJson()
    {
        var (version, commit) = Read();
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("version", version);
            json.WriteString("commit", commit);
            json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            json.WriteString("platform", RuntimeInformation.RuntimeIdentifier);
            json.WriteEndObject();
        }

        return text.WrittenSpan;
    }
}
