using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NetMon.Terminal.Documents;

/// <summary>Writes JSON as YAML that readers of YAML 1.1 and 1.2 understand alike, in printable ASCII.</summary>
/// <remarks>
/// Block style, two spaces a level, the members of a list's objects beside its dash. A string is plain only if no reader can
/// take it for anything else: it begins with a letter, <c>_</c> or <c>/</c>, has no indicator in it, and is none of the words that YAML 1.1 takes for
/// truth values or null. Every other one is in double quotes.
/// </remarks>
internal static class YamlText
{
    /// <summary>Depth that is read; the agent's own JSON has less than ten.</summary>
    private const int MaxDepth = 64;

    private static readonly SearchValues<char> First = SearchValues.Create(
        "_/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    private static readonly SearchValues<char> Further = SearchValues.Create(
        " _/.@+-()0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "null",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
    };

    /// <summary>Appends a document, its last line ended.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static void Write(ReadOnlySpan<byte> json, StringBuilder yaml)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        WriteValue(ref reader, yaml, indent: 0, place: Place.Document);
    }

    private enum Place
    {
        Document,

        /// <summary>Behind a key and its colon.</summary>
        Member,

        /// <summary>Behind a dash.</summary>
        Item,
    }

    private static void WriteValue(ref Utf8JsonReader reader, StringBuilder yaml, int indent, Place place)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                WriteObject(ref reader, yaml, indent, place);
                break;
            case JsonTokenType.StartArray:
                WriteArray(ref reader, yaml, indent, place);
                break;
            default:
                yaml.Append(place == Place.Document ? "" : " ");
                WriteScalar(ref reader, yaml);
                yaml.Append('\n');
                break;
        }
    }

    private static void WriteObject(ref Utf8JsonReader reader, StringBuilder yaml, int indent, Place place)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            yaml.Append(place == Place.Document ? "{}\n" : " {}\n");
            return;
        }

        // The first member of a list's object stands beside the dash.
        var beside = place == Place.Item;
        yaml.Append(
            beside ? " "
            : place == Place.Member ? "\n"
            : ""
        );
        do
        {
            yaml.Append(' ', beside ? 0 : indent);
            beside = false;
            WriteString(reader.GetString()!, yaml);
            yaml.Append(':');
            reader.Read();
            WriteValue(ref reader, yaml, indent + 2, Place.Member);
            reader.Read();
        } while (reader.TokenType != JsonTokenType.EndObject);
    }

    private static void WriteArray(ref Utf8JsonReader reader, StringBuilder yaml, int indent, Place place)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            yaml.Append(place == Place.Document ? "[]\n" : " []\n");
            return;
        }

        // A list is not further in than the key it belongs to, as kubectl writes it.
        var column = place == Place.Member ? indent - 2 : indent;
        var beside = place == Place.Item;
        yaml.Append(
            beside ? " "
            : place == Place.Member ? "\n"
            : ""
        );
        do
        {
            yaml.Append(' ', beside ? 0 : column).Append('-');
            beside = false;
            WriteValue(ref reader, yaml, column + 2, Place.Item);
            reader.Read();
        } while (reader.TokenType != JsonTokenType.EndArray);
    }

    private static void WriteScalar(ref Utf8JsonReader reader, StringBuilder yaml)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                WriteString(reader.GetString()!, yaml);
                break;
            case JsonTokenType.Number:
                yaml.Append(Number(Encoding.ASCII.GetString(reader.ValueSpan)));
                break;
            case JsonTokenType.True:
                yaml.Append("true");
                break;
            case JsonTokenType.False:
                yaml.Append("false");
                break;
            default:
                yaml.Append("null");
                break;
        }
    }

    // To YAML 1.1 a number with an exponent is one only with a point before and a sign behind the e.
    private static string Number(string number)
    {
        var e = number.AsSpan().IndexOfAny('e', 'E');
        if (e < 0)
        {
            return number;
        }

        var mantissa = number[..e];
        var exponent = number[(e + 1)..];
        return string.Concat(
            mantissa.Contains('.', StringComparison.Ordinal) ? mantissa : mantissa + ".0",
            "e",
            exponent[0] is '+' or '-' ? exponent : "+" + exponent
        );
    }

    private static void WriteString(string text, StringBuilder yaml)
    {
        if (IsPlain(text))
        {
            yaml.Append(text);
            return;
        }

        yaml.Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    yaml.Append('\\').Append((char)rune.Value);
                    break;
                case >= ' ' and < 0x7f:
                    yaml.Append((char)rune.Value);
                    break;
                case '\n':
                    yaml.Append("\\n");
                    break;
                case '\t':
                    yaml.Append("\\t");
                    break;
                case <= 0xffff:
                    yaml.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                    break;
                default:
                    yaml.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                    break;
            }
        }

        yaml.Append('"');
    }

    private static bool IsPlain(string text) =>
        text.Length > 0
        && First.Contains(text[0])
        && !text.AsSpan().ContainsAnyExcept(Further)
        && text[^1] != ' '
        && !Reserved.Contains(text);
}
