using System.Buffers;
using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using NetMon.Configuration;
using NetMon.Terminal;
using NetMon.Terminal.Settings;

namespace NetMon.Verbs.Config;

/// <summary><c>netmon config set</c> and <c>unset</c>: other values for as long as the agent runs.</summary>
internal static class ConfigSetVerb
{
    private const string NotKept =
        "this holds until the agent ends; to keep it, write it into the file or the environment";

    public static Command CreateSet(Func<TerminalOutput>? output)
    {
        var pairs = new Argument<string[]>("key=value")
        {
            Description = "a setting and its value; items of a list are parted by commas",
            Arity = ArgumentArity.OneOrMore,
        };
        pairs.CompletionSources.Add(_ =>
            SettingTable
                .All.SelectMany(setting =>
                    SettingFlags.WordsOf(setting).DefaultIfEmpty("").Select(word => $"{setting.Key}={word}")
                )
                .Select(pair => new CompletionItem(pair))
        );
        pairs.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (token.Value.IndexOf('=', StringComparison.Ordinal) <= 0)
                {
                    result.AddError($"'{token.Value}' is not key=value, such as log.level=debug");
                }
            }
        });
        return Create(
            "set",
            "change settings of a running agent until it ends: all that are given, or none",
            pairs,
            json =>
            {
                foreach (var pair in json.Pairs)
                {
                    var equals = pair.IndexOf('=', StringComparison.Ordinal);
                    WriteValue(json.Writer, pair[..equals], pair[(equals + 1)..]);
                }
            },
            NotKept,
            output
        );
    }

    public static Command CreateUnset(Func<TerminalOutput>? output)
    {
        var keys = new Argument<string[]>("key")
        {
            Description = "a setting that was changed",
            Arity = ArgumentArity.OneOrMore,
        };
        return Create(
            "unset",
            "take changes back: file, environment and flags hold again",
            keys,
            json =>
            {
                foreach (var key in json.Pairs)
                {
                    json.Writer.WriteNull(key);
                }
            },
            note: null,
            output
        );
    }

    private static Command Create(
        string name,
        string description,
        Argument<string[]> what,
        Action<(Utf8JsonWriter Writer, string[] Pairs)> write,
        string? note,
        Func<TerminalOutput>? output
    )
    {
        var server = new ServerOption();
        var format = new FormatOption(FormatOption.Usual, "what holds now");
        var command = new Command(name, description) { what, format.Option };
        server.AddTo(command);
        command.SetAction(
            (arguments, stop) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                var body = new ArrayBufferWriter<byte>();
                using (var writer = new Utf8JsonWriter(body))
                {
                    writer.WriteStartObject();
                    write((writer, arguments.GetValue(what) ?? []));
                    writer.WriteEndObject();
                }

                return AgentVerbRun.RunAsync(
                    server,
                    arguments,
                    target,
                    async client =>
                    {
                        var answer = await client.PostAsync(
                            SettingsOrigin.Path,
                            body.WrittenSpan.ToArray(),
                            stop
                        );
                        SettingsView.Print(ShownSetting.Read(answer), answer, format.Read(arguments), target);
                        if (note is not null)
                        {
                            target.Errors.WriteLine($"netmon: {note}");
                        }
                    },
                    stop
                );
            }
        );
        return command;
    }

    // What is a list is the agent's to say; a name that this program does not know may be one of another version.
    private static void WriteValue(Utf8JsonWriter json, string key, string text)
    {
        if (SettingTable.Find(key) is not { IsList: true })
        {
            json.WriteString(key, text);
            return;
        }

        json.WriteStartArray(key);
        foreach (
            var item in text.Split(
                ',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            )
        )
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
