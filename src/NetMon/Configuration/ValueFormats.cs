using System.Globalization;
using System.Net;
using System.Numerics;
using NetMon.Core.Endpoints;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Networks;

namespace NetMon.Configuration;

/// <summary>The ways in which values are written. Each says in its problem what would have been right.</summary>
internal static class ValueFormats
{
    /// <summary>Longest name that Linux gives an interface, which a pattern can match (IFNAMSIZ - 1).</summary>
    private const int MaxInterfaceName = 15;

    private const int MaxNetworkName = 63;

    /// <summary>A name of an interface, in which <c>*</c> and <c>?</c> are wildcards.</summary>
    public static readonly ValueFormat<string> InterfaceGlob = new(
        "interface name or pattern",
        text =>
            text.Length == 0 ? new Problem("an interface name is empty")
            : text.AsSpan().IndexOfAny("/ \t\n\r") >= 0
                ? new Problem($"'{text}' cannot match an interface: names hold no space and no '/'")
            : text.Replace("*", "", StringComparison.Ordinal).Length > MaxInterfaceName
                ? new Problem(
                    $"'{text}' cannot match an interface: names have at most {MaxInterfaceName} characters"
                )
            : text,
        value => value
    );

    /// <summary>A label of the metrics about flows, or a preset of labels.</summary>
    public static readonly ValueFormat<string> Label = new(
        "label or preset",
        text =>
            LabelSet.Words.Contains(text, StringComparer.Ordinal) ? text
            : NearestName.Of(text, LabelSet.Words) is { } nearest
                ? new Problem($"'{text}' is neither a label nor a preset; did you mean {nearest}?")
            : new Problem(
                $"'{text}' is neither a label nor a preset; there are {string.Join(", ", LabelSet.Words)}"
            ),
        value => value
    );

    /// <summary>A network and what it is called.</summary>
    public static readonly ValueFormat<NamedNetwork> NamedNetwork = new(
        "CIDR=name",
        ParseNamedNetwork,
        value => $"{value.Network}={value.Name}"
    );

    /// <summary>On or off.</summary>
    public static readonly ValueFormat<bool> Switch = new(
        "true|false",
        text =>
            text switch
            {
                "true" => true,
                "false" => false,
                _ => new Problem($"'{text}' is neither true nor false"),
            },
        value => value ? "true" : "false"
    )
    {
        Schema = """{"enum":[true,false,"true","false"]}""",
    };

    /// <summary>An IP address, or localhost.</summary>
    public static readonly ValueFormat<IPAddress> Address = new(
        "address",
        text =>
            text == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(text, out var address) ? address
            : new Problem($"'{text}' is not an IP address; all of this machine's are 0.0.0.0 and ::"),
        value => value.ToString()
    );

    /// <summary>An IP address (or localhost) and a port.</summary>
    public static readonly ValueFormat<IPEndPoint> Endpoint = new(
        "address:port",
        ParseEndpoint,
        value => value.ToString()
    );

    /// <summary>The same, or none.</summary>
    public static readonly ValueFormat<IPEndPoint?> OptionalEndpoint = new(
        "address:port|none",
        text =>
            text == "none" ? (IPEndPoint?)null
            : ParseEndpoint(text) is var parsed && parsed.Problem is { } problem ? new Problem(problem)
            : parsed.Value,
        value => value?.ToString() ?? "none"
    );

    /// <summary>Any text, also none.</summary>
    public static ValueFormat<string> Text(string name, int maxLength) =>
        new(
            name,
            text =>
                text.Length > maxLength ? new Problem($"is longer than {maxLength} letters")
                : text.Any(char.IsControl) ? new Problem("has a letter that cannot be printed")
                : text,
            value => value
        );

    public static ValueFormat<T> Whole<T>(string name, T min, T max)
        where T : struct, IBinaryInteger<T> =>
        new(
            name,
            text =>
                text.Length == 0 || !text.All(char.IsAsciiDigit)
                    ? new Problem($"'{text}' is not a whole number")
                : !T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                || value < min
                || value > max
                    ? new Problem($"{text} is out of range: from {min} to {max}")
                : value,
            value => value.ToString(null, CultureInfo.InvariantCulture)
        )
        {
            Schema =
                $$"""{"anyOf":[{"type":"integer","minimum":{{min}},"maximum":{{max}}},{"type":"string","pattern":"^[0-9]+$"}]}""",
        };

    public static ValueFormat<TimeSpan> Duration(TimeSpan min, TimeSpan max) =>
        Duration(Units.Durations, "500ms, 5s or 2m", min, max);

    /// <summary>A duration that may be written in microseconds.</summary>
    public static ValueFormat<TimeSpan> ShortDuration(TimeSpan min, TimeSpan max) =>
        Duration(Units.ShortDurations, "50us, 5ms or 2s", min, max);

    /// <summary>A value, or a word that stands for none.</summary>
    public static ValueFormat<T?> Optional<T>(ValueFormat<T> format, string none)
        where T : struct =>
        new(
            $"{format.Name}|{none}",
            text =>
                text == none ? (T?)null
                : format.Parse(text) is var parsed && parsed.Problem is { } problem ? new Problem(problem)
                : parsed.Value,
            value => value is { } some ? format.Write(some) : none
        )
        {
            Schema = $$"""{"anyOf":[{{format.Schema}},{"const":"{{none}}"}]}""",
        };

    private static ValueFormat<TimeSpan> Duration(Units units, string examples, TimeSpan min, TimeSpan max) =>
        new(
            "duration",
            text =>
                !units.TryParse(text, out var ticks)
                    ? new Problem($"'{text}' is not a duration such as {examples} (units: {units.Names})")
                : ticks < min.Ticks || ticks > max.Ticks
                    ? new Problem(
                        $"{text} is out of range: from {units.Write(min.Ticks)} to {units.Write(max.Ticks)}"
                    )
                : TimeSpan.FromTicks(ticks),
            value => units.Write(value.Ticks)
        )
        {
            Schema = units.Schema,
        };

    /// <summary>A size in bytes.</summary>
    public static ValueFormat<int> Size(int min, int max)
    {
        var wide = LongSize(min, max);
        return new(
            wide.Name,
            text =>
                wide.Parse(text) is var parsed && parsed.Problem is { } problem
                    ? new Problem(problem)
                    : (int)parsed.Value,
            value => wide.Write(value)
        )
        {
            Schema = wide.Schema,
        };
    }

    /// <summary>The same of what is larger.</summary>
    public static ValueFormat<long> LongSize(long min, long max) =>
        new(
            "size",
            text =>
                !Units.Sizes.TryParse(text, out var bytes)
                    ? new Problem(
                        $"'{text}' is not a size such as 512KiB or 4MiB (units: {Units.Sizes.Names})"
                    )
                : bytes < min || bytes > max
                    ? new Problem(
                        $"{text} is out of range: from {Units.Sizes.Write(min)} to {Units.Sizes.Write(max)}"
                    )
                : bytes,
            value => Units.Sizes.Write(value)
        )
        {
            Schema = Units.Sizes.Schema,
        };

    /// <summary>A size in bytes that is a power of two.</summary>
    public static ValueFormat<int> PowerOfTwoSize(int min, int max) =>
        new(
            "size",
            text =>
                !Units.Sizes.TryParse(text, out var bytes)
                    ? new Problem(
                        $"'{text}' is not a size such as 512KiB or 4MiB (units: {Units.Sizes.Names})"
                    )
                : bytes < min || bytes > max
                    ? new Problem(
                        $"{text} is out of range: from {Units.Sizes.Write(min)} to {Units.Sizes.Write(max)}"
                    )
                : !long.IsPow2(bytes) ? new Problem($"{text} is not a power of two")
                : (int)bytes,
            value => Units.Sizes.Write(value)
        )
        {
            Schema = Units.Sizes.Schema,
        };

    /// <summary>One of a few words.</summary>
    public static ValueFormat<T> Word<T>(params (string Word, T Value)[] words)
        where T : struct
    {
        var all = string.Join(", ", words.Select(word => word.Word));
        return new(
            string.Join("|", words.Select(word => word.Word)),
            text =>
            {
                foreach (var word in words)
                {
                    if (word.Word == text)
                    {
                        return word.Value;
                    }
                }

                return new Problem($"'{text}' is none of {all}");
            },
            value => words.First(word => EqualityComparer<T>.Default.Equals(word.Value, value)).Word
        )
        {
            Schema = $$"""{"enum":[{{string.Join(',', words.SelectMany(word => JsonOf(word.Word)))}}]}""",
        };
    }

    // YAML takes some words for a truth value, YAML 1.1 more of them.
    private static IEnumerable<string> JsonOf(string word) =>
        word switch
        {
            "true" or "on" => [$"\"{word}\"", "true"],
            "false" or "off" => [$"\"{word}\"", "false"],
            _ => [$"\"{word}\""],
        };

    private static Parsed<NamedNetwork> ParseNamedNetwork(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return new Problem($"'{text}' is not a network and its name, such as 192.0.2.0/24=office");
        }

        var (cidr, name) = (text[..equals].Trim(), text[(equals + 1)..].Trim());
        return !Cidr.TryParse(cidr, out var network)
                ? new Problem($"'{cidr}' is not a network such as 192.0.2.0/24 or 2001:db8::/32")
            : name.Length is 0 or > MaxNetworkName || name.Any(char.IsControl)
                ? new Problem($"the name of {cidr} is not 1 to {MaxNetworkName} letters long")
            : new NamedNetwork(network, name);
    }

    private static Parsed<IPEndPoint> ParseEndpoint(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (colon < 0 || (host.Contains(':', StringComparison.Ordinal) && !bracketed))
        {
            return new Problem(
                $"'{text}' is not an address and a port, such as 127.0.0.1:9990 or [::1]:9990"
            );
        }

        if (
            !ushort.TryParse(
                text.AsSpan(colon + 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var port
            )
        )
        {
            return new Problem($"'{text[(colon + 1)..]}' is not a port: from 0 to 65535");
        }

        if (host == "localhost")
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        return IPAddress.TryParse(host, out var address)
            ? new IPEndPoint(address, port)
            : new Problem($"'{host}' is not an IP address; all of this machine's are 0.0.0.0 and [::]");
    }
}
