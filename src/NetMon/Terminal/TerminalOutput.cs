using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NetMon.Terminal;

/// <summary>Where a verb writes, and what it may assume about it.</summary>
/// <param name="stream">Standard output; text is UTF-8.</param>
internal sealed class TerminalOutput(Stream stream, TextWriter errors)
{
    /// <summary>Standard error: messages for people, never data.</summary>
    public TextWriter Errors { get; } = errors;

    /// <summary>Columns of the terminal; null where output is not a terminal, so that nothing is cut.</summary>
    public Func<int?> Width { get; init; } = () => null;

    public bool Colour { get; init; }

    public Glyphs Glyphs { get; init; } = Glyphs.Ascii;

    /// <summary>This process's output.</summary>
    /// <remarks>Colour: on a terminal that has it (TERM), unless NO_COLOR is set and not empty (no-color.org).</remarks>
    public static TerminalOutput ForProcess()
    {
        var terminal = !Console.IsOutputRedirected;
        return new TerminalOutput(OpenStandardOutput(), new ErrorText(Console.OpenStandardError()))
        {
            Width = () => terminal && Console.WindowWidth > 0 ? Console.WindowWidth : null,
            Colour =
                terminal
                && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
            Glyphs = Glyphs.ForLocale(Environment.GetEnvironmentVariable),
        };
    }

    /// <summary>Writes text as UTF-8 in one write, so that no half frame or line is seen, and clears it.</summary>
    public void Write(StringBuilder text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var count = 0;
            foreach (var chunk in text.GetChunks())
            {
                count += Encoding.UTF8.GetBytes(chunk.Span, bytes.AsSpan(count));
            }

            Write(bytes.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        text.Clear();
    }

    /// <exception cref="OutputException">The output cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
            stream.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e);
        }
    }

    /// <summary>
    /// A stream that fails once nobody reads any more. <see cref="Console.OpenStandardOutput()"/> swallows EPIPE, so
    /// that <c>netmon flows --follow | head</c> would never end; a FileStream reports it, but writes regular files at an offset
    /// of its own, which loses text where standard error goes to the same file.
    /// </summary>
    private static Stream OpenStandardOutput()
    {
        try
        {
            var file = new FileStream(
                new SafeFileHandle(1, ownsHandle: false),
                FileAccess.Write,
                bufferSize: 0
            );
            return file.CanSeek ? Console.OpenStandardOutput() : file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Closed: said when something is written.
            return Console.OpenStandardOutput();
        }
    }
}
