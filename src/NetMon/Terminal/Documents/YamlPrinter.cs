using System.Buffers;
using System.Text;
using System.Text.Json;
using NetMon.Client;

namespace NetMon.Terminal.Documents;

/// <summary>Prints JSON documents as YAML: from the second on, or in a stream from the first on, each behind <c>---</c>.</summary>
internal sealed class YamlPrinter(TerminalOutput output) : DocumentPrinter
{
    private readonly ArrayBufferWriter<byte> _document = new(16 * 1024);
    private readonly StringBuilder _text = new();
    private bool _any;

    public override void Print(ReadOnlySpan<byte> piece) => _document.Write(piece);

    public override void End()
    {
        if (_any)
        {
            _text.Append("---\n");
        }

        Write();
    }

    public override void PrintLine(in ReadOnlySequence<byte> line)
    {
        foreach (var piece in line)
        {
            _document.Write(piece.Span);
        }

        _text.Append("---\n");
        Write();
    }

    private void Write()
    {
        _any = true;
        try
        {
            YamlText.Write(_document.WrittenSpan, _text);
        }
        catch (JsonException error)
        {
            throw new AgentException(
                $"what the agent sent is not JSON: {TerminalText.Clean(error.Message, 200)}",
                "compare the versions: netmon version here and on the agent's host",
                error
            );
        }

        output.Write(_text);
        _document.ResetWrittenCount();
    }
}
