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
        new(null, ObjectNaming.Printable(error), ObjectNaming.NameOf(json));
}
