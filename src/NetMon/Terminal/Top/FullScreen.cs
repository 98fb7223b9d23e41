using System.Text;

namespace NetMon.Terminal.Top;

/// <summary>The terminal while a view fills it: alternate screen, no cursor, no line wrap; all as before after <see cref="Leave"/>.</summary>
/// <remarks>
/// A frame is one write that overwrites the one before, inside a synchronized update (mode 2026) where the terminal knows it, so
/// that nothing flickers. Leaving also ends the keypad mode that System.Console begins and does not end.
/// </remarks>
internal sealed class FullScreen(TerminalOutput output) : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l\e[?7l\e[2J";
    private const string Restore = "\e[0m\e[?7h\e[?25h\e[?1049l\e[?1l\e>";
    private const string BeginUpdate = "\e[?2026h\e[H";
    private const string EndUpdate = "\e[?2026l";

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private bool _entered;

    /// <summary>Takes the screen; again after <see cref="Leave"/>.</summary>
    public void Take()
    {
        lock (_lock)
        {
            _entered = true;
            output.Write(_text.Append(Enter));
        }
    }

    /// <summary>Draws a frame, if the screen is taken.</summary>
    /// <param name="lines">As many as the terminal has rows; each takes its whole width.</param>
    public void Draw(IReadOnlyList<StyledLine> lines)
    {
        lock (_lock)
        {
            if (!_entered)
            {
                return;
            }

            _text.Append(BeginUpdate);
            for (var i = 0; i < lines.Count; i++)
            {
                lines[i].AppendTo(_text);
                _text.Append(i < lines.Count - 1 ? "\r\n" : "");
            }

            output.Write(_text.Append(EndUpdate));
        }
    }

    /// <summary>Gives the screen back as it was.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (_entered)
            {
                _entered = false;
                output.Write(_text.Append(Restore));
            }
        }
    }

    public void Dispose() => Leave();
}
