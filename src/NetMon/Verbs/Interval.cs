using System.Globalization;

namespace NetMon.Verbs;

/// <summary>A pace as a person types it.</summary>
internal static class Interval
{
    private static readonly (string Unit, double Seconds)[] Units =
    [
        ("ms", 0.001),
        ("s", 1),
        ("m", 60),
        ("h", 3600),
        ("", 1),
    ];

    /// <summary>Reads <c>500ms</c>, <c>2s</c>, <c>1m</c> or plain seconds; from 100 ms to 1 h.</summary>
    public static bool TryParse(string text, out TimeSpan interval)
    {
        interval = default;
        var (unit, seconds) = Array.Find(Units, unit => text.EndsWith(unit.Unit, StringComparison.Ordinal));
        if (
            !double.TryParse(
                text.AsSpan(0, text.Length - unit.Length),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            ) || number * seconds is not (>= 0.1 and <= 3600)
        )
        {
            return false;
        }

        interval = TimeSpan.FromSeconds(number * seconds);
        return true;
    }
}
