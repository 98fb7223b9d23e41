namespace NetMon.Terminal;

/// <summary>The few characters beyond ASCII that the views use, and what stands for them where the locale is not UTF-8.</summary>
internal sealed record Glyphs(char Ellipsis, char Descending, char Ascending, string Micro)
{
    public static Glyphs Unicode { get; } = new('…', '▼', '▲', "µ");

    public static Glyphs Ascii { get; } = new('~', 'v', '^', "u");

    /// <summary>Chooses by the locale as the C library does: LC_ALL, then LC_CTYPE, then LANG; the first that is set counts.</summary>
    public static Glyphs ForLocale(Func<string, string?> environment)
    {
        string?[] values = [environment("LC_ALL"), environment("LC_CTYPE"), environment("LANG")];
        var locale = Array.Find(values, value => !string.IsNullOrEmpty(value)) ?? "";
        return
            locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
            || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase)
            ? Unicode
            : Ascii;
    }
}
