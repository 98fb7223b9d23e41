using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using NetMon.Configuration;
using NetMon.Terminal;
using NetMon.Terminal.Settings;

namespace NetMon.Verbs.Config;

/// <summary><c>netmon config show</c>: what was set, everything that holds, or the defaults; each with its source.</summary>
internal static class ConfigShowVerb
{
    public static Command Create(Func<TerminalOutput>? output)
    {
        var origin = new SettingsOrigin();
        var effective = new Option<bool>("--effective")
        {
            Description = "every setting, not only those that were set",
        };
        var defaults = new Option<bool>("--defaults") { Description = "the defaults alone; asks no agent" };
        var format = new FormatOption(
            FormatOption.Usual,
            "yaml: a file that an agent reads; json: as the API gives it"
        );
        var command = new Command("show", "show settings with their values, and where each comes from")
        {
            effective,
            defaults,
            format.Option,
        };
        origin.AddTo(command);
        command.SetAction(
            (arguments, stop) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                var all = arguments.GetValue(effective);
                int Show(ReadOnlyMemory<byte> document) =>
                    Print(document, all || arguments.GetValue(defaults), format.Read(arguments), target);
                return arguments.GetValue(defaults)
                    ? Task.FromResult(
                        SettingsOrigin.Read(
                            new AgentConfiguration(
                                null,
                                new Dictionary<string, string>(StringComparer.Ordinal),
                                []
                            ),
                            target,
                            settings => settings.List(),
                            Show
                        )
                    )
                    : origin.ReadAsync(arguments, target, settings => settings.List(), Show, stop);
            }
        );
        return command;
    }

    private static int Print(
        ReadOnlyMemory<byte> document,
        bool all,
        OutputFormat format,
        TerminalOutput output
    )
    {
        var settings = ShownSetting.Read(document);
        if (!all)
        {
            settings = [.. settings.Where(setting => !setting.IsDefault || setting.Pending is not null)];
            if (settings.Count == 0 && format != OutputFormat.Json)
            {
                output.Errors.WriteLine("netmon: nothing is set; with --effective, the defaults that hold");
                return ExitCode.Ok;
            }

            document = Without(
                document,
                settings.Select(setting => setting.Key).ToHashSet(StringComparer.Ordinal)
            );
        }

        SettingsView.Print(settings, document.Span, format, output);
        if (settings.Where(setting => setting.Pending is not null).ToArray() is { Length: > 0 } waiting)
        {
            output.Errors.WriteLine(
                $"netmon: the agent has to be restarted for {string.Join(", ", waiting.Select(setting => setting.Key))}; until then what is under VALUE holds"
            );
        }

        return ExitCode.Ok;
    }

    /// <summary>The same document with these settings alone.</summary>
    private static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> document, HashSet<string> keys)
    {
        using var json = JsonDocument.Parse(document);
        var kept = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(kept);
        writer.WriteStartObject();
        foreach (var property in json.RootElement.EnumerateObject())
        {
            if (!property.NameEquals("settings"u8))
            {
                property.WriteTo(writer);
                continue;
            }

            writer.WriteStartArray("settings"u8);
            foreach (var setting in property.Value.EnumerateArray())
            {
                if (keys.Contains(setting.GetProperty("key"u8).GetString()!))
                {
                    setting.WriteTo(writer);
                }
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.Flush();
        return kept.WrittenMemory;
    }
}
