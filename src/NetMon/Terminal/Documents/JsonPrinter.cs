using System.Buffers;

namespace NetMon.Terminal.Documents;

/// <summary>Prints an agent's own JSON, safe for a terminal.</summary>
internal sealed class JsonPrinter : DocumentPrinter
{
    private readonly TerminalOutput _output;
    private readonly ArrayBufferWriter<byte> _text = new(16 * 1024);
    private readonly JsonText _json;
    private byte _last = (byte)'\n';

    public JsonPrinter(TerminalOutput output)
    {
        _output = output;
        _json = new JsonText(_text);
    }

    /// <summary>The next piece of a document.</summary>
    public override void Print(ReadOnlySpan<byte> piece)
    {
        _json.Write(piece);
        Flush();
    }

    /// <summary>Ends a document, and its line if that is not ended.</summary>
    public override void End()
    {
        _json.Complete();
        Flush();
        if (_last != '\n')
        {
            _text.Write("\n"u8);
            Flush();
        }
    }

    /// <summary>A document of one line.</summary>
    public override void PrintLine(in ReadOnlySequence<byte> line)
    {
        foreach (var piece in line)
        {
            _json.Write(piece.Span);
        }

        _json.Complete();
        _text.Write("\n"u8);
        Flush();
    }

    private void Flush()
    {
        if (_text.WrittenCount > 0)
        {
            _last = _text.WrittenSpan[^1];
            _output.Write(_text.WrittenSpan);
            _text.ResetWrittenCount();
        }
    }
}
