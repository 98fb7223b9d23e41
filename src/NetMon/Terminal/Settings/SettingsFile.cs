using System.Globalization;
using System.Text;

namespace NetMon.Terminal.Settings;

/// <summary>Writes settings as a file that an agent reads, with the source of each in a comment.</summary>
internal static class SettingsFile
{
    public static StringBuilder Write(IReadOnlyList<ShownSetting> settings)
    {
        var text = new StringBuilder();
        string[] open = [];
        foreach (var setting in settings)
        {
            var parts = setting.Key.Split('.');
            var common = 0;
            while (common < open.Length && common < parts.Length - 1 && open[common] == parts[common])
            {
                common++;
            }

            for (var depth = common; depth < parts.Length - 1; depth++)
            {
                text.Append(' ', 2 * depth).Append(parts[depth]).Append(":\n");
            }

            open = parts[..^1];
            var value = setting.IsList
                ? $"[{string.Join(", ", setting.Values.Select(Quoted))}]"
                : Quoted(setting.Values[0]);
            text.Append(' ', 2 * open.Length)
                .Append(CultureInfo.InvariantCulture, $"{parts[^1]}: {value} # {setting.Source}");
            if (setting.Pending is { } pending)
            {
                text.Append(CultureInfo.InvariantCulture, $"; after a restart {pending}");
            }

            text.Append('\n');
        }

        return text;
    }

    // Plain where nobody can take it for anything else; a number or true stays what it is.
    private static string Quoted(string value) =>
        value.Length > 0
        && value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '/' or '.')
            ? value
            : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
