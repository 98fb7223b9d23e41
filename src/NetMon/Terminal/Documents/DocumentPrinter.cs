using System.Buffers;

namespace NetMon.Terminal.Documents;

/// <summary>Prints JSON for other programs: as it is, or as YAML.</summary>
internal abstract class DocumentPrinter
{
    /// <returns>Null for a format that is for people.</returns>
    public static DocumentPrinter? For(OutputFormat format, TerminalOutput output) =>
        format switch
        {
            OutputFormat.Json => new JsonPrinter(output),
            OutputFormat.Yaml => new YamlPrinter(output),
            _ => null,
        };

    /// <summary>The next piece of a document.</summary>
    public abstract void Print(ReadOnlySpan<byte> piece);

    /// <summary>Ends a document, and its line if that is not ended.</summary>
    public abstract void End();

    /// <summary>A document of one line.</summary>
    public abstract void PrintLine(in ReadOnlySequence<byte> line);

    /// <summary>A whole document.</summary>
    public void PrintAll(ReadOnlySpan<byte> document)
    {
        Print(document);
        End();
    }
}
