using System.Text.Json;
using System.Text.RegularExpressions;
using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Flows;

/// <summary>docs/api.md says what is so.</summary>
public partial class ApiDocumentTests
{
    private static readonly string Document = File.ReadAllText(Repository.Path("docs/api.md"));

    [Fact]
    public void Every_parameter_is_listed_in_the_order_of_the_command_lines_options() =>
        Assert.Equal(
            [.. FlowCriterion.All.Select(criterion => criterion.Name), "sort", "last", "follow"],
            Parameters().Select(parameter => parameter.Name)
        );

    [Fact]
    public void Words_of_a_parameter_are_all_there_and_no_others()
    {
        foreach (var (name, text) in Parameters())
        {
            var criterion = FlowCriterion.All.FirstOrDefault(one =>
                string.Equals(one.Name, name, StringComparison.Ordinal)
            );
            if (criterion is { Words.Count: > 0 } && !text.Contains("...", StringComparison.Ordinal))
            {
                Assert.Equal(
                    criterion.Words.Order(StringComparer.Ordinal),
                    Quoted()
                        .Matches(text)
                        .Select(match => match.Groups["word"].Value)
                        .Order(StringComparer.Ordinal)
                );
            }
        }
    }

    [Fact]
    public void Every_example_of_from_and_to_can_be_read()
    {
        var examples = Example()
            .Matches(Document)
            .Select(match =>
                KeyValuePair.Create(match.Groups["name"].Value, (string?)match.Groups["value"].Value)
            )
            .ToArray();
        Assert.InRange(examples.Length, 9, 99);
        Assert.True(FlowQuery.TryParse(examples, out _, out var errors), string.Join('\n', errors));
    }

    [Fact]
    public void The_example_of_a_flow_has_the_shape_of_the_schema()
    {
        var start = Document.IndexOf("```json\n", StringComparison.Ordinal) + "```json\n".Length;
        var end = Document.IndexOf("```", start, StringComparison.Ordinal);
        using var example = JsonDocument.Parse(Document[start..end]);
        Assert.Empty(JsonSchema.Load(Repository.Path("docs/flow.schema.json")).Check(example.RootElement));
    }

    private static IEnumerable<(string Name, string Text)> Parameters() =>
        Row().Matches(Document).Select(match => (match.Groups["name"].Value, match.Groups["text"].Value));

    [GeneratedRegex(
        @"^\| `(?<name>[a-z_]+)` \| (?<text>.*) \| (?:yes|no) \|$",
        RegexOptions.Multiline,
        60_000
    )]
    private static partial Regex Row();

    [GeneratedRegex("`(?<word>[^`]+)`", RegexOptions.None, 60_000)]
    private static partial Regex Quoted();

    [GeneratedRegex("`(?<name>from|to|pod|namespace)=(?<value>[^`]+)`", RegexOptions.None, 60_000)]
    private static partial Regex Example();
}
