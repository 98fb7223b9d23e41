using System.Text;
using NetMon.Terminal;

namespace NetMon.Tests.Terminal;

/// <summary>Output that a test reads back.</summary>
internal sealed class CapturedOutput : IDisposable
{
    private readonly MemoryStream _stream = new();
    private readonly StringWriter _errors = new();

    public CapturedOutput(int? width = null, bool colour = false, Glyphs? glyphs = null)
        : this(() => width, colour, glyphs) { }

    public CapturedOutput(Func<int?> width, bool colour = false, Glyphs? glyphs = null) =>
        Target = new TerminalOutput(Stream.Synchronized(_stream), TextWriter.Synchronized(_errors))
        {
            Width = width,
            Colour = colour,
            Glyphs = glyphs ?? Glyphs.Unicode,
        };

    public TerminalOutput Target { get; }

    // Only what is whole matters to a reader that waits: bytes are added, never changed.
    public string Text => Encoding.UTF8.GetString(_stream.ToArray());

    public string Errors => _errors.ToString();

    /// <summary>Waits for text to be printed, for at most 10 seconds.</summary>
    public async Task WaitForAsync(Func<CapturedOutput, bool> printed)
    {
        for (var i = 0; i < 1000 && !printed(this); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(printed(this), $"not printed:\n{Text}\n{Errors}");
    }

    public void Dispose()
    {
        _stream.Dispose();
        _errors.Dispose();
    }
}
