using System.CommandLine;
using System.Text;
using NetMon.Configuration;
using NetMon.Terminal;
using NetMon.Terminal.Settings;

namespace NetMon.Verbs.Config;

/// <summary><c>netmon config get KEY</c>: a value alone, for people and scripts; an item of a list a line.</summary>
internal static class ConfigGetVerb
{
    public static Command Create(Func<TerminalOutput>? output)
    {
        var origin = new SettingsOrigin();
        var key = KeyArgument();
        var command = new Command("get", "print the value of a setting; of a list, an item a line") { key };
        origin.AddTo(command);
        command.SetAction(
            (arguments, stop) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                var name = arguments.GetValue(key)!;
                return origin.ReadAsync(
                    arguments,
                    target,
                    settings => settings.List().Where(setting => setting.Key == name),
                    document => Print(ShownSetting.Read(document), name, target),
                    stop
                );
            }
        );
        return command;
    }

    private static Argument<string> KeyArgument()
    {
        var key = new Argument<string>("key") { Description = "its name, such as flow.interval" };
        key.CompletionSources.Add(_ =>
            SettingTable.All.Select(setting => new System.CommandLine.Completions.CompletionItem(setting.Key))
        );
        return key;
    }

    private static int Print(IReadOnlyList<ShownSetting> settings, string name, TerminalOutput output)
    {
        if (settings.FirstOrDefault(setting => setting.Key == name) is not { } found)
        {
            return AgentVerbRun.Fail(
                output,
                $"{name}: {UnknownSetting.Message(name)}",
                "netmon config show --effective lists all",
                ExitCode.Usage
            );
        }

        var text = new StringBuilder();
        foreach (var value in found.Values)
        {
            text.Append(value).Append('\n');
        }

        output.Write(text);
        return ExitCode.Ok;
    }
}
