using System.Text;
using NetMon.Terminal.Documents;
using NetMon.Terminal.Flows;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Settings;

/// <summary>Prints settings: as a table, as a file that could be given to an agent, or as the agent's own JSON.</summary>
internal static class SettingsView
{
    private static readonly Column<ShownSetting>[] Columns =
    [
        new("SETTING", 100, setting => new Cell(setting.Key)),
        new("VALUE", 99, setting => new Cell(setting.Value is "" ? "\"\"" : setting.Value))
        {
            Comfortable = 40,
            Minimum = 12,
        },
        new(
            "SOURCE",
            98,
            setting => new Cell(setting.Source, setting.IsDefault ? TextStyle.Quiet : TextStyle.Plain)
        )
        {
            Comfortable = 32,
            Minimum = 12,
            CutInMiddle = true,
        },
        new(
            "AFTER A RESTART",
            97,
            setting => setting.Pending is { } pending ? new Cell(pending, TextStyle.Notice) : Cell.None
        )
        {
            IsNeeded = setting => setting.Pending is not null,
            Comfortable = 32,
            Minimum = 16,
        },
        new("CHANGES", 40, setting => new Cell(setting.Changes, TextStyle.Quiet)),
    ];

    /// <param name="settings">In the order of their sections.</param>
    /// <param name="document">The same as JSON.</param>
    /// <param name="format">How.</param>
    /// <param name="output">Where.</param>
    public static void Print(
        IReadOnlyList<ShownSetting> settings,
        ReadOnlySpan<byte> document,
        OutputFormat format,
        TerminalOutput output
    )
    {
        switch (format)
        {
            case OutputFormat.Json:
                DocumentPrinter.For(format, output)!.PrintAll(document);
                break;
            case OutputFormat.Yaml:
                output.Write(SettingsFile.Write(settings));
                break;
            default:
                FlowListPrinter.Print(settings, Columns, output);
                break;
        }
    }
}
