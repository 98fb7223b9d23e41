using System.Buffers;
using System.Text;

namespace NetMon.Terminal;

/// <summary>
/// Hands JSON on so that a terminal takes no harm from it: everything but printable ASCII, line ends and tabs becomes the
/// escape that means the same inside a JSON string (RFC 8259 section 7); a carriage return, which can only be white space, is left
/// out. JSON that is ASCII already passes as it is.
/// </summary>
internal sealed class JsonText(IBufferWriter<byte> destination)
{
    private readonly byte[] _partial = new byte[4];
    private int _partialLength;

    /// <summary>The next piece; a character may be split between pieces.</summary>
    public void Write(ReadOnlySpan<byte> text)
    {
        while (_partialLength > 0 && !text.IsEmpty)
        {
            _partial[_partialLength++] = text[0];
            text = text[1..];
            var status = Rune.DecodeFromUtf8(
                _partial.AsSpan(0, _partialLength),
                out var rune,
                out var consumed
            );
            if (status == OperationStatus.NeedMoreData)
            {
                continue;
            }

            Escape(rune);
            // An invalid sequence ends before the byte that broke it; that byte begins anew.
            var rest = _partial.AsSpan(consumed, _partialLength - consumed).ToArray();
            _partialLength = 0;
            WriteWhole(rest);
        }

        WriteWhole(text);
    }

    /// <summary>Ends the text: a character that was cut off is written as U+FFFD.</summary>
    public void Complete()
    {
        if (_partialLength > 0)
        {
            Escape(Rune.ReplacementChar);
            _partialLength = 0;
        }
    }

    private void WriteWhole(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(Harmless);
            if (plain != 0)
            {
                destination.Write(plain < 0 ? text : text[..plain]);
                text = plain < 0 ? [] : text[plain..];
                continue;
            }

            var status = Rune.DecodeFromUtf8(text, out var rune, out var consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                text.CopyTo(_partial);
                _partialLength = text.Length;
                return;
            }

            Escape(rune);
            text = text[consumed..];
        }
    }

    private void Escape(Rune rune)
    {
        Span<char> units = stackalloc char[2];
        Span<byte> escape = stackalloc byte[6];
        if (rune.Value == '\r')
        {
            return;
        }

        foreach (var unit in units[..rune.EncodeToUtf16(units)])
        {
            Encoding.ASCII.GetBytes($"\\u{(int)unit:x4}", escape);
            destination.Write(escape);
        }
    }

    private static readonly SearchValues<byte> Harmless = SearchValues.Create([
        .. "\t\n"u8,
        .. Enumerable.Range(0x20, 0x7f - 0x20).Select(value => (byte)value),
    ]);
}
