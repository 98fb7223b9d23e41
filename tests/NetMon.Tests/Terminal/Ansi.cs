using System.Text.RegularExpressions;

namespace NetMon.Tests.Terminal;

internal static partial class Ansi
{
    /// <summary>Text without the sequences that style it.</summary>
    public static string Strip(string text) => Sgr().Replace(text, "");

    [GeneratedRegex("\e\\[[0-9;]*m", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Sgr();
}
