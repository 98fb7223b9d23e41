using System.CommandLine;
using NetMon.Core.Metrics.Labels;
using NetMon.Verbs;

namespace NetMon.Configuration;

/// <summary>The table of settings as options of a command.</summary>
internal sealed class SettingFlags
{
    private readonly List<(Setting Setting, Option Option)> _flags =
    [
        .. SettingTable.All.Select(setting => (setting, OptionOf(setting))),
    ];

    public void AddTo(Command command)
    {
        foreach (var (_, option) in _flags)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Those that the user gave.</summary>
    public IEnumerable<GivenValue> Read(ParseResult result)
    {
        foreach (var (setting, option) in _flags)
        {
            if (result.GetResult(option) is { Tokens: { Count: > 0 } tokens })
            {
                var texts = tokens.Select(token => new GivenText(token.Value, setting.Flag)).ToList();
                yield return new GivenValue(setting.Key, setting.Flag, texts, setting.IsList);
            }
        }
    }

    // Text: the table parses it, for a file and the command line alike.
    private static Option OptionOf(Setting setting)
    {
        Option option = setting.IsList
            ? new Option<string[]>(setting.Flag)
            : new Option<string>(setting.Flag);
        option.Description = Describe(setting);
        option.HelpName = setting.Type;
        return option.Completing(WordsOf(setting));
    }

    /// <summary>What a value can be, if that is one of a few words.</summary>
    public static string[] WordsOf(Setting setting) =>
        setting.Type == ValueFormats.Label.Name ? [.. LabelSet.Words]
        : setting.Type.Contains('|', StringComparison.Ordinal) ? setting.Type.Split('|')
        : [];

    private static string Describe(Setting setting) =>
        (setting.IsList, setting.Default) switch
        {
            (true, "[]") => $"{setting.Summary} (repeatable)",
            (true, var items) => $"{setting.Summary} (repeatable) [default: {items.Trim('[', ']')}]",
            (false, var value) => $"{setting.Summary} [default: {value}]",
        };
}
