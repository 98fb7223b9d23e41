using System.Globalization;
using System.Text;

namespace NetMon.Terminal;

/// <summary>Text from outside (interface names, messages of a server), made safe for a terminal.</summary>
/// <remarks>
/// What is left takes exactly one column per UTF-16 unit, so that widths can be counted. Everything else is written as an escape
/// that can be read: control characters, bidirectional and zero-width formatting, combining and wide characters.
/// Linux allows every byte but <c>/</c> and white space in an interface name (net/core/dev.c, dev_valid_name), ESC included.
/// </remarks>
internal static class TerminalText
{
    // From here on scripts have combining, right-to-left or wide characters; before it each character is one column.
    private const int FirstUncertain = 0x0300;

    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var unsafeAt = IndexOfUnsafe(text);
        return unsafeAt < 0 ? text : Escape(text, unsafeAt);
    }

    /// <summary>The same, cut to at most <paramref name="limit"/> characters.</summary>
    public static string Clean(string? text, int limit)
    {
        var clean = Clean(text is { } long_ && long_.Length > limit ? long_[..limit] : text);
        return clean.Length <= limit ? clean : clean[..limit];
    }

    /// <summary>
    /// The last net, for text that should be clean already and may hold our own signs: what a terminal would obey, or what turns text around or hides it, is
    /// escaped, and nothing else.
    /// </summary>
    public static ReadOnlySpan<char> Disarm(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (IsHarmful(c))
            {
                return EscapeWhere(text, IsHarmful);
            }
        }

        return text;
    }

    private static bool IsHarmful(char c) =>
        c < ' '
        || (
            c >= 0x7f
            && CharUnicodeInfo.GetUnicodeCategory(c)
                is UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
        );

    private static string EscapeWhere(ReadOnlySpan<char> text, Func<char, bool> isMeant)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (isMeant(c))
            {
                escaped.Append(c <= 0xff ? $"\\x{(int)c:x2}" : $"\\u{{{(int)c:x}}}");
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    private static int IndexOfUnsafe(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsSafe(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsSafe(char c) =>
        c < 0x7f
            ? c >= ' '
            : c < FirstUncertain
                && CharUnicodeInfo.GetUnicodeCategory(c)
                    is not (UnicodeCategory.Control or UnicodeCategory.Format);

    private static string Escape(string text, int unsafeAt)
    {
        var escaped = new StringBuilder(text.Length + 16).Append(text, 0, unsafeAt);
        foreach (var rune in text.AsSpan(unsafeAt).EnumerateRunes())
        {
            if (rune.IsBmp && IsSafe((char)rune.Value))
            {
                escaped.Append((char)rune.Value);
            }
            else if (rune.Value <= 0xff)
            {
                escaped.Append("\\x").Append(rune.Value.ToString("x2"));
            }
            else
            {
                escaped.Append("\\u{").Append(rune.Value.ToString("x")).Append('}');
            }
        }

        return escaped.ToString();
    }
}
