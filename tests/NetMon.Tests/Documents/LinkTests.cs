using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace NetMon.Tests.Documents;

public class LinkTests
{
    [Fact]
    public void Every_link_of_a_document_within_the_repository_leads_somewhere()
    {
        var root = Root();
        string[] documents =
        [
            .. Directory.GetFiles(root, "*.md"),
            .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories),
        ];

        var broken =
            from document in documents
            from link in Links(File.ReadAllText(document))
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, link))
            select $"{Path.GetRelativePath(root, document)}: {link}";

        Assert.Empty(broken);
    }

    private static IEnumerable<string> Links(string markdown) =>
        Regex
            .Matches(
                markdown,
                @"\]\((?<target>[^)#\s]+)",
                RegexOptions.ExplicitCapture,
                TimeSpan.FromSeconds(10)
            )
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal));

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
