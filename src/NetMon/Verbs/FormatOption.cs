using System.CommandLine;
using NetMon.Terminal;

namespace NetMon.Verbs;

/// <summary><c>--output</c>, by the same letter and words for every verb; the first of its formats is the default.</summary>
internal sealed class FormatOption
{
    /// <summary>For verbs whose tables have no further columns.</summary>
    public static readonly string[] Usual = ["table", "json", "yaml"];

    /// <summary>For verbs whose tables leave columns out.</summary>
    public static readonly string[] WithWide = ["table", "wide", "json", "yaml"];

    private readonly string[] _formats;

    /// <param name="formats">Words of <see cref="OutputFormat"/>.</param>
    /// <param name="description">What is special about this verb's formats.</param>
    public FormatOption(string[] formats, string description)
    {
        _formats = formats;
        Option = CheckedOption
            .One(
                "--output",
                string.Join('|', formats),
                $"{description} [default: {formats[0]}]",
                CheckedOption.Not(CheckedOption.OneOf(formats), value => Array.IndexOf(formats, value) >= 0),
                "-o"
            )
            .Completing(formats);
    }

    public Option<string?> Option { get; }

    public OutputFormat Read(ParseResult arguments) => Parse(arguments.GetValue(Option) ?? _formats[0]);

    private static OutputFormat Parse(string word) =>
        word switch
        {
            "wide" => OutputFormat.Wide,
            "json" => OutputFormat.Json,
            "yaml" => OutputFormat.Yaml,
            _ => OutputFormat.Table,
        };
}
