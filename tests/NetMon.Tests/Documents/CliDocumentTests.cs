using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using NetMon.Core.Tests;
using NetMon.Verbs;

namespace NetMon.Tests.Documents;

/// <summary>docs/cli.md follows the program.</summary>
public sealed partial class CliDocumentTests
{
    [Fact]
    public async Task Every_verb_of_the_help_is_in_the_document()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "netmon"), ["--help"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var help = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        var verbs = Verb().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]);

        var document = Document();
        Assert.True(verbs.Count > 10, help);
        Assert.All(verbs, verb => Assert.Contains($"`{verb.Groups["verb"].Value}`", document));
    }

    [Fact]
    public void Every_exit_code_has_its_line_and_no_other_has()
    {
        var codes = typeof(ExitCode)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (int)field.GetRawConstantValue()!)
            .Order();

        var documented = Code()
            .Matches(Document())
            .Select(match => int.Parse(match.Groups["code"].Value, CultureInfo.InvariantCulture));

        Assert.Equal(codes, documented);
    }

    private static string Document() => File.ReadAllText(Repository.Path("docs/cli.md"));

    [GeneratedRegex(
        @"^  (?<verb>[a-z][a-z-]*)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        60_000
    )]
    private static partial Regex Verb();

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Code();
}
