using System.Text.Json;

namespace NetMon.Kubernetes.Reading;

/// <summary>Reads an object of one resource out of its wanted fields; null once the fields say that it is unreadable.</summary>
internal delegate T? ReadObject<out T>(ref FieldReader fields, ReaderContext context)
    where T : class;

/// <param name="Item">Null if it is unreadable.</param>
/// <param name="Error">Why it is unreadable.</param>
/// <param name="Name">Of an unreadable object, as far as it can be told; safe to print.</param>
internal readonly record struct ReadResult<T>(T? Item, string? Error, string? Name)
    where T : class;

/// <summary>Reads objects of one resource. An object that cannot be read is told by its name, and costs no other.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class ObjectReader<T>(ReadObject<T> read)
    where T : class
{
    private const int LongestPrinted = 100;

    public ReaderContext Context { get; } = new();

    /// <param name="json">The wanted fields of the object.</param>
    /// <param name="isTruncated">It was too large to be kept.</param>
    public ReadResult<T> Read(ReadOnlySpan<byte> json, bool isTruncated)
    {
        if (isTruncated)
        {
            return Unreadable(json, $"the fields used have more than {ObjectStream.MaxObject} bytes");
        }

        try
        {
            var fields = new FieldReader(json);
            var item = read(ref fields, Context);
            return fields.Error is { } error || item is null
                ? Unreadable(json, fields.Error ?? "it is no object")
                : new ReadResult<T>(item, null, null);
        }
        catch (Exception e) when (FieldReader.IsUnreadable(e))
        {
            return Unreadable(json, e.Message);
        }
    }

    private static ReadResult<T> Unreadable(ReadOnlySpan<byte> json, string error) =>
        new(null, Printable(error), NameOf(json));

    // As much of the name as comes before what is wrong.
    private static string NameOf(ReadOnlySpan<byte> json)
    {
        var (space, name) = ("", "");
        try
        {
            var text = new Utf8JsonReader(json);
            var inMetadata = false;
            while (text.Read() && (space.Length == 0 || name.Length == 0))
            {
                if (text.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                inMetadata = text.CurrentDepth == 1 ? text.ValueTextEquals("metadata"u8) : inMetadata;
                var wanted = inMetadata && text.CurrentDepth == 2;
                if (wanted && text.ValueTextEquals("name"u8) && text.Read())
                {
                    name = text.GetString() ?? "";
                }
                else if (wanted && text.ValueTextEquals("namespace"u8) && text.Read())
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

    private static string Printable(string text)
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
