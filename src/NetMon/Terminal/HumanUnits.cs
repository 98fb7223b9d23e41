namespace NetMon.Terminal;

/// <summary>Figures for people: three significant digits, decimal prefixes. Exact figures are in the JSON output.</summary>
internal static class HumanUnits
{
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T", "P", "E", "Z"];

    /// <summary>Bytes, at most 6 characters: <c>532B</c>, <c>1.21kB</c>, <c>45.3MB</c>.</summary>
    public static string Bytes(double bytes) => Scale(bytes, exactBelow: 1_000) + "B";

    /// <summary>A count, at most 6 characters: exact below 10,000, then <c>12.3k</c>, <c>1.20M</c>.</summary>
    public static string Count(double count) => Scale(count, exactBelow: 10_000);

    /// <summary>Microseconds as a latency, at most 6 characters: <c>85µs</c>, <c>1.23ms</c>, <c>2.50s</c>, <c>3m20s</c>.</summary>
    public static string Latency(long microseconds, Glyphs glyphs) =>
        microseconds switch
        {
            < 1_000 => $"{microseconds}{glyphs.Micro}s",
            < 999_500 => ThreeDigits(microseconds / 1e3) + "ms",
            < 119_500_000 => ThreeDigits(microseconds / 1e6) + "s",
            _ => Age(TimeSpan.FromMicroseconds(microseconds)),
        };

    /// <summary>An age in the two largest units that matter, as kubectl writes it: <c>45s</c>, <c>3m20s</c>, <c>45m</c>, <c>5h12m</c>, <c>3d4h</c>.</summary>
    public static string Age(TimeSpan age)
    {
        if (age < TimeSpan.Zero)
        {
            age = TimeSpan.Zero;
        }

        return age switch
        {
            { TotalSeconds: < 120 } => $"{(long)age.TotalSeconds}s",
            { TotalMinutes: < 10 } => Two((long)age.TotalMinutes, 'm', age.Seconds, 's'),
            { TotalMinutes: < 180 } => $"{(long)age.TotalMinutes}m",
            { TotalHours: < 8 } => Two((long)age.TotalHours, 'h', age.Minutes, 'm'),
            { TotalHours: < 48 } => $"{(long)age.TotalHours}h",
            { TotalDays: < 8 } => Two((long)age.TotalDays, 'd', age.Hours, 'h'),
            _ => $"{(long)age.TotalDays}d",
        };
    }

    private static string Two(long large, char largeUnit, int small, char smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";

    private static string Scale(double value, double exactBelow)
    {
        // 999.6 must not become "1000" where 1,000 is "1.00k".
        if (Math.Round(value) < exactBelow)
        {
            return value is > 0 and < 9.95 && value != Math.Floor(value)
                ? value.ToString("0.0")
                : Math.Round(value).ToString("0");
        }

        var prefix = 0;
        while (value >= 999.5 && prefix < Prefixes.Length - 1)
        {
            value /= 1_000;
            prefix++;
        }

        return ThreeDigits(value) + Prefixes[prefix];
    }

    private static string ThreeDigits(double value) =>
        value switch
        {
            < 9.995 => value.ToString("0.00"),
            < 99.95 => value.ToString("0.0"),
            _ => value.ToString("0"),
        };
}
