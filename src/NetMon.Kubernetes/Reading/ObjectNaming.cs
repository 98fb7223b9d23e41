using System.Text.Json;

namespace NetMon.Kubernetes.Reading;

/// <summary>Names objects that cannot be read, as far as they can be.</summary>
internal static class ObjectNaming
{
    private const int LongestPrinted = 100;

    /// <summary>Namespace and name of an object, or of that in a frame, out of as much as comes before what is wrong; safe to print.</summary>
    public static string NameOf(ReadOnlySpan<byte> json)
    {
        var (space, name) = ("", "");
        try
        {
            var text = new Utf8JsonReader(json);
            var metadata = int.MaxValue;
            while (text.Read() && (space.Length == 0 || name.Length == 0))
            {
                if (text.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                // An object's own metadata comes before any other of that name.
                if (metadata == int.MaxValue && text.ValueTextEquals("metadata"u8))
                {
                    metadata = text.CurrentDepth;
                }
                else if (text.CurrentDepth <= metadata)
                {
                    continue;
                }

                if (text.CurrentDepth == metadata + 1 && text.ValueTextEquals("name"u8) && text.Read())
                {
                    name = text.GetString() ?? "";
                }
                else if (text.CurrentDepth == metadata + 1 && text.ValueTextEquals("namespace"u8) && text.Read())
                {
                    space = text.GetString() ?? "";
                }
            }
        }
        catch (Exception e) when (FieldReader.IsUnreadable(e))
        {
            // What was found up to here is the answer.
        }

        var full = space.Length == 0 ? name : $"{space}/{name}";
        return full.Length == 0 ? "(no name)" : Printable(full);
    }

    /// <summary>A text of anybody's for the log: short, and without what moves the cursor.</summary>
    public static string Printable(string text)
    {
        var cut = text.Length > LongestPrinted ? string.Concat(text.AsSpan(0, LongestPrinted), "...") : text;
        return string.Create(
            cut.Length,
            cut,
            static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
                }
            }
        );
    }
}
