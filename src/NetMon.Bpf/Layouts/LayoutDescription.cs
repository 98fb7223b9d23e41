using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace NetMon.Bpf.Layouts;

/// <summary>A layout as bytes that any build can read.</summary>
/// <remarks><code>
///   | checksum of what follows, 4 | bytes of it, 4 | bytes of the type, 4 | fields, 4 | field ..
///   field: | offset, 4 | bytes of a number, 4 | numbers, 4 | length of the path, 4 | path, UTF-8 |
/// </code></remarks>
internal static class LayoutDescription
{
    private const int HeadBytes = 16;
    private const int FieldBytes = 16;
    private const int MaxFields = 512;
    private const int MaxPath = 128;

    /// <summary>Bytes that a description has at most.</summary>
    public const int MaxBytes = 64 * 1024;

    public static byte[] Write(TypeLayout layout)
    {
        var bytes = new List<byte>(2048);
        Add(0); // the checksum
        Add(0); // the length
        Add(layout.Size);
        Add(layout.Fields.Count);
        foreach (var field in layout.Fields)
        {
            var path = Encoding.UTF8.GetBytes(field.Path);
            Add(field.Offset);
            Add(field.Size);
            Add(field.Count);
            Add(path.Length);
            bytes.AddRange(path);
        }

        byte[] whole = [.. bytes];
        Seal(whole);
        return whole;

        void Add(int number)
        {
            Span<byte> word = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(word, number);
            bytes.AddRange(word);
        }
    }

    /// <summary>Writes length and checksum.</summary>
    internal static void Seal(Span<byte> whole)
    {
        if (whole.Length >= HeadBytes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(whole[4..], whole.Length - 8);
            BinaryPrimitives.WriteUInt32LittleEndian(whole, Checksum(whole[4..]));
        }
    }

    /// <returns>Null for bytes that describe no type, or one of more than <paramref name="maxSize"/> bytes, or fields outside of it.</returns>
    public static TypeLayout? Read(ReadOnlySpan<byte> bytes, int maxSize)
    {
        if (bytes.Length < HeadBytes)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (
            length < HeadBytes - 8
            || length > Math.Min(bytes.Length, MaxBytes) - 8
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Checksum(bytes.Slice(4, length + 4))
        )
        {
            return null;
        }

        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var rest = bytes[HeadBytes..(8 + length)];
        if (size <= 0 || size > maxSize || count is < 0 or > MaxFields)
        {
            return null;
        }

        var fields = new List<TypeField>(count);
        while (fields.Count < count)
        {
            if (!TryReadField(ref rest, size, out var field))
            {
                return null;
            }

            fields.Add(field);
        }

        return
            rest.IsEmpty
            && fields.DistinctBy(field => field.Path, StringComparer.Ordinal).Count() == fields.Count
            ? TypeLayout.Of(size, fields)
            : null;
    }

    private static bool TryReadField(ref ReadOnlySpan<byte> rest, int size, out TypeField field)
    {
        field = default;
        if (rest.Length < FieldBytes)
        {
            return false;
        }

        var offset = BinaryPrimitives.ReadInt32LittleEndian(rest);
        var bytes = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
        rest = rest[FieldBytes..];
        if (
            bytes is not (1 or 2 or 4 or 8)
            || count <= 0
            || count > size
            || offset < 0
            || offset > size - (bytes * count)
            || length is <= 0 or > MaxPath
            || length > rest.Length
        )
        {
            return false;
        }

        field = new TypeField(Encoding.UTF8.GetString(rest[..length]), offset, bytes, count);
        rest = rest[length..];
        return true;
    }

    // CRC-32C.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var each in bytes)
        {
            sum = BitOperations.Crc32C(sum, each);
        }

        return sum;
    }
}
