using System.Text;
using NetMon.Terminal;

namespace NetMon.Tests.Terminal;

/// <summary>Output that a test reads back.</summary>
internal sealed class CapturedOutput : IDisposable
{
    private readonly MemoryStream _stream = new();
    private readonly StringWriter _errors = new();
    private readonly TextWriter _sharedErrors;

    public CapturedOutput(int? width = null, bool colour = false, Glyphs? glyphs = null)
        : this(() => width, colour, glyphs) { }

    public CapturedOutput(Func<int?> width, bool colour = false, Glyphs? glyphs = null)
    {
        _sharedErrors = TextWriter.Synchronized(_errors);
        Target = new TerminalOutput(Stream.Synchronized(_stream), _sharedErrors)
        {
            Width = width,
            Colour = colour,
            Glyphs = glyphs ?? Glyphs.Unicode,
        };
    }

    public TerminalOutput Target { get; }

    // A synchronized stream locks what it wraps, a synchronized writer itself: who reads while the verb prints does the same.
    public string Text
    {
        get
        {
            lock (_stream)
            {
                return Encoding.UTF8.GetString(_stream.ToArray());
            }
        }
    }

    public string Errors
    {
        get
        {
            lock (_sharedErrors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Waits for text to be printed, for at least a minute.</summary>
    public async Task WaitForAsync(Func<CapturedOutput, bool> printed)
    {
        for (var i = 0; i < 6000 && !printed(this); i++)
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
