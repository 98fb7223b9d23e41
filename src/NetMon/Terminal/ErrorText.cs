using System.Text;

namespace NetMon.Terminal;

/// <summary>Standard error. What cannot be written there is let go: there is nowhere left to say so.</summary>
/// <remarks>Not <see cref="Console.Error"/>, whose first use sends the terminal control sequences.</remarks>
internal sealed class ErrorText(Stream stream) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write($"{value}\n");

    public override void Write(ReadOnlySpan<char> buffer)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(buffer.Length)];
        var count = Encoding.UTF8.GetBytes(buffer, bytes);
        try
        {
            stream.Write(bytes, 0, count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Full, or closed.
        }
    }
}
