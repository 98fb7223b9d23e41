using System.Globalization;
using System.Text;

namespace NetMon.Configuration;

/// <summary>
/// A whole number of units, or a sum of such: <c>1m30s</c>. Each unit is a number of the smallest one.
/// </summary>
/// <param name="table">Units, largest first.</param>
internal sealed class Units(params (string Name, long Size)[] table)
{
    public static readonly Units Durations = new(
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond)
    );

    /// <summary>With microseconds, for what is measured rather than waited.</summary>
    public static readonly Units ShortDurations = new(
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond)
    );

    public static readonly Units Sizes = new(
        ("GiB", 1L << 30),
        ("MiB", 1L << 20),
        ("KiB", 1L << 10),
        ("B", 1)
    );

    /// <summary>A JSON schema of what is read.</summary>
    public string Schema =>
        $$"""{"type":"string","pattern":"^([0-9]+({{string.Join('|', table.Select(unit => unit.Name))}}))+$"}""";

    public string Names => string.Join(", ", table.Reverse().Select(unit => unit.Name));

    /// <returns>False if a number or unit is missing, a unit is unknown, or the sum is out of range.</returns>
    public bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            var digits = LengthOf(text, char.IsAsciiDigit);
            var letters = LengthOf(text[digits..], char.IsAsciiLetter);
            if (
                !long.TryParse(
                    text[..digits],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                || SizeOf(text.Slice(digits, letters)) is not { } size
                || number > (long.MaxValue - value) / size
            )
            {
                return false;
            }

            value += number * size;
            text = text[(digits + letters)..];
        }

        return true;
    }

    /// <summary>The shortest text: a zero, or each unit that the value has.</summary>
    public string Write(long value)
    {
        if (value == 0)
        {
            return $"0{table[^1].Name}";
        }

        var text = new StringBuilder();
        foreach (var (name, size) in table)
        {
            if (value >= size)
            {
                text.Append(CultureInfo.InvariantCulture, $"{value / size}{name}");
                value %= size;
            }
        }

        return text.ToString();
    }

    private static int LengthOf(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length]))
        {
            length++;
        }

        return length;
    }

    private long? SizeOf(ReadOnlySpan<char> name)
    {
        foreach (var unit in table)
        {
            if (name.SequenceEqual(unit.Name))
            {
                return unit.Size;
            }
        }

        return null;
    }
}
