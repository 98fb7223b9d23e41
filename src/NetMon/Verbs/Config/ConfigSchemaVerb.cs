using System.Buffers;
using System.CommandLine;
using NetMon.Configuration.Schema;
using NetMon.Terminal;

namespace NetMon.Verbs.Config;

/// <summary><c>netmon config schema</c>: what a settings file may hold, for editors and other programs.</summary>
internal static class ConfigSchemaVerb
{
    public static Command Create(Func<TerminalOutput>? output)
    {
        var command = new Command("schema", "print a JSON schema (draft 2020-12) of the settings' file");
        command.SetAction(arguments =>
        {
            var target = output?.Invoke() ?? TerminalOutput.ForProcess();
            var text = new ArrayBufferWriter<byte>();
            SettingsSchema.Write(text);
            text.Write("\n"u8);
            target.Write(text.WrittenSpan);
            return ExitCode.Ok;
        });
        return command;
    }
}
