using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using NetMon.Client;
using NetMon.Configuration;
using NetMon.Terminal;
using NetMon.Terminal.Documents;

namespace NetMon.Verbs;

/// <summary><c>netmon debug trace on|off</c>: more in the agent's log, for a while.</summary>
internal static class DebugTraceVerb
{
    private const string Path = "/api/v1/debug/trace";
    private static readonly string[] Levels = ["debug", "trace", "info"];
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(10);

    private static readonly ValueFormat<TimeSpan> Duration = ValueFormats.Duration(
        TimeSpan.FromSeconds(1),
        TimeSpan.FromHours(24)
    );

    public static Command Create(Func<TerminalOutput>? output = null) =>
        new("trace", "write more into the agent's log for a while; it goes back by itself")
        {
            CreateOn(output),
            CreateOff(output),
        };

    private static Command CreateOn(Func<TerminalOutput>? output)
    {
        var server = new ServerOption();
        var format = new FormatOption(FormatOption.Usual, "json, yaml: for other programs");
        var category = CheckedOption.Many(
            "--category",
            "word",
            "only messages of this part, such as interfaces, kubernetes, capture (repeatable); a wrong one names all",
            CheckedOption.Not("a word", value => value.Length > 0),
            "-c"
        );
        var level = CheckedOption
            .One(
                "--level",
                string.Join('|', Levels),
                $"least severe messages that are written [default: {Levels[0]}]",
                CheckedOption.Not(CheckedOption.OneOf(Levels), value => Array.IndexOf(Levels, value) >= 0)
            )
            .Completing(Levels);
        var time = CheckedOption.One(
            "--for",
            Duration.Name,
            $"how long [default: {Duration.Write(Usual)}]",
            value => Duration.Parse(value).Problem
        );
        var command = new Command("on", "write more, until the time is over or debug trace off")
        {
            category,
            level,
            time,
            format.Option,
        };
        server.AddTo(command);
        command.SetAction(
            (arguments, stop) =>
            {
                var duration = arguments.GetValue(time) is { } text ? Duration.Parse(text).Value : Usual;
                return AskAsync(
                    server,
                    arguments,
                    format,
                    output,
                    json =>
                    {
                        json.WriteStartArray("categories"u8);
                        foreach (var word in arguments.GetValue(category) ?? [])
                        {
                            json.WriteStringValue(word);
                        }

                        json.WriteEndArray();
                        json.WriteString("level"u8, arguments.GetValue(level) ?? Levels[0]);
                        json.WriteNumber("seconds"u8, duration.TotalSeconds);
                    },
                    stop
                );
            }
        );
        return command;
    }

    private static Command CreateOff(Func<TerminalOutput>? output)
    {
        var server = new ServerOption();
        var format = new FormatOption(FormatOption.Usual, "json, yaml: for other programs");
        var command = new Command("off", "write as configured again, now") { format.Option };
        server.AddTo(command);
        command.SetAction(
            (arguments, stop) =>
                AskAsync(
                    server,
                    arguments,
                    format,
                    output,
                    json => json.WriteBoolean("off"u8, value: true),
                    stop
                )
        );
        return command;
    }

    private static Task<int> AskAsync(
        ServerOption server,
        ParseResult arguments,
        FormatOption format,
        Func<TerminalOutput>? output,
        Action<Utf8JsonWriter> write,
        CancellationToken stop
    )
    {
        var target = output?.Invoke() ?? TerminalOutput.ForProcess();
        return AgentVerbRun.RunAsync(
            server,
            arguments,
            target,
            async client =>
            {
                var body = new ArrayBufferWriter<byte>();
                await using (var json = new Utf8JsonWriter(body))
                {
                    json.WriteStartObject();
                    write(json);
                    json.WriteEndObject();
                }

                using var answer = await client.PostAsync(Path, body.WrittenMemory, stop);
                if (DocumentPrinter.For(format.Read(arguments), target) is { } document)
                {
                    document.PrintAll(Encoding.UTF8.GetBytes(answer.RootElement.GetRawText()));
                    return;
                }

                target.Write(Describe(answer.RootElement));
            },
            stop
        );
    }

    private static StringBuilder Describe(JsonElement answer)
    {
        var text = new StringBuilder();
        if (!answer.GetProperty("tracing"u8).GetBoolean())
        {
            return text.Append("the log is written as configured: from level ")
                .Append(TerminalText.Clean(answer.GetProperty("usual_level"u8).GetString()))
                .Append(" on\n");
        }

        var categories = answer
            .GetProperty("categories"u8)
            .EnumerateArray()
            .Select(one => TerminalText.Clean(one.GetString()))
            .ToArray();
        var until = answer.GetProperty("until"u8).GetDateTimeOffset().ToLocalTime();
        return text.Append("the log has ")
            .Append(TerminalText.Clean(answer.GetProperty("level"u8).GetString()))
            .Append(" messages of ")
            .Append(categories.Length == 0 ? "all categories" : string.Join(", ", categories))
            .Append(" until ")
            .Append(until.ToString("HH:mm:ss"))
            .Append("; then it is written as configured again\n");
    }
}
