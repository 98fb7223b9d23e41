using System.Buffers;
using NetMon.Core.Drops;

namespace NetMon.Client;

/// <summary>Reads the answers of <c>/api/v1/drops</c>.</summary>
internal static class DropReader
{
    /// <summary>Longest list taken, bytes.</summary>
    private const int MaxList = 512 * 1024 * 1024;

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static async Task<DropListView> ReadListAsync(Stream body, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            text.Write(buffer, 0, count);
            if (text.Length > MaxList)
            {
                throw new InvalidDataException($"the list is longer than {MaxList} bytes");
            }
        }

        return DropJsonReader.TryReadList(text.GetBuffer().AsSpan(0, (int)text.Length), out var list)
            ? list
            : throw new InvalidDataException("the answer is no list of drops");
    }

    /// <summary>Reads a line of a followed stream.</summary>
    /// <returns>Null for a line that tells a loss; then <paramref name="lost"/> is how many.</returns>
    /// <exception cref="InvalidDataException">It is neither.</exception>
    public static DropView? ReadLine(in ReadOnlySequence<byte> text, out long lost) =>
        DropJsonReader.TryReadLine(
            text.IsSingleSegment ? text.FirstSpan : text.ToArray(),
            out var drop,
            out lost
        )
            ? drop
            : throw new InvalidDataException("a line of the stream cannot be read");
}
