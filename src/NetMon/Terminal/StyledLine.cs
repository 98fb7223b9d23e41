using System.Text;

namespace NetMon.Terminal;

/// <summary>A line under construction: text with styles, and how many columns it takes.</summary>
/// <param name="colour">Write the styles' sequences, else text only.</param>
/// <param name="limit">Columns of the terminal: text beyond is cut; null for no limit.</param>
internal sealed class StyledLine(bool colour, int? limit = null)
{
    private readonly StringBuilder _text = new();

    public int Width { get; private set; }

    /// <param name="text">Clean text: one column per character (<see cref="TerminalText"/>).</param>
    public StyledLine Add(ReadOnlySpan<char> text, TextStyle style = TextStyle.Plain)
    {
        text = TerminalText.Disarm(text);
        if (limit is { } columns && text.Length > columns - Width)
        {
            text = text[..Math.Max(0, columns - Width)];
        }

        if (text.IsEmpty)
        {
            return this;
        }

        var sgr = colour ? style.Sgr() : "";
        _text.Append(sgr).Append(text);
        if (sgr.Length > 0)
        {
            _text.Append(TextStyles.Reset);
        }

        Width += text.Length;
        return this;
    }

    /// <summary>Adds several pieces, or none if they do not all fit: half a figure would be a wrong one.</summary>
    public StyledLine AddWhole(params ReadOnlySpan<(string Text, TextStyle Style)> pieces)
    {
        var width = Width;
        foreach (var (text, _) in pieces)
        {
            width += text.Length;
        }

        if (limit is { } columns && width > columns)
        {
            return this;
        }

        foreach (var (text, style) in pieces)
        {
            Add(text, style);
        }

        return this;
    }

    /// <summary>Adds spaces up to a column.</summary>
    public StyledLine PadTo(int column)
    {
        if (limit is { } columns)
        {
            column = Math.Min(column, columns);
        }

        if (column > Width)
        {
            _text.Append(' ', column - Width);
            Width = column;
        }

        return this;
    }

    public void Clear()
    {
        _text.Clear();
        Width = 0;
    }

    public void AppendTo(StringBuilder destination) => destination.Append(_text);

    public override string ToString() => _text.ToString();
}
