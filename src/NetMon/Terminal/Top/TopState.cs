namespace NetMon.Terminal.Top;

internal enum TopSort
{
    Bytes,
    Packets,
    Age,
    Rtt,
    Retransmits,
}

/// <summary>Which flows the table shows, by where they were begun.</summary>
internal enum TopDirection
{
    All,
    Ingress,
    Egress,

    /// <summary>Elsewhere, and to elsewhere: the node forwards them.</summary>
    Transit,
}

/// <summary>What a key asks for beyond a change of the view.</summary>
internal enum TopAction
{
    None,
    Redraw,
    Quit,
}

/// <summary>How the person wants to see the flows. Changed by keys only.</summary>
internal sealed class TopState
{
    public TopSort Sort { get; set; } = TopSort.Bytes;

    /// <summary>Smallest first.</summary>
    public bool Inverted { get; private set; }

    public TopDirection Direction { get; private set; }

    /// <summary>Addresses even where there are names.</summary>
    public bool Addresses { get; private set; }

    public bool Paused { get; private set; }

    public bool Help { get; private set; }

    /// <summary>Rows above the first one shown. The frame limits it to what there is.</summary>
    public int Offset { get; set; }

    /// <summary>Rows that the last frame had room for: a page.</summary>
    public int Page { get; set; } = 1;

    public TopAction Press(ConsoleKeyInfo key)
    {
        if (Help)
        {
            // Any key closes the help; q and Ctrl-C still quit.
            Help = false;
            return IsQuit(key) ? TopAction.Quit : TopAction.Redraw;
        }

        switch (key.Key)
        {
            case ConsoleKey.UpArrow:
                return Scroll(-1);
            case ConsoleKey.DownArrow:
                return Scroll(1);
            case ConsoleKey.PageUp:
                return Scroll(-Page);
            case ConsoleKey.PageDown:
                return Scroll(Page);
            case ConsoleKey.Home:
                return Scroll(-Offset);
            case ConsoleKey.End:
                return Scroll(int.MaxValue / 2);
            default:
                return IsQuit(key) ? TopAction.Quit : PressCharacter(key.KeyChar);
        }
    }

    private static bool IsQuit(ConsoleKeyInfo key) => key.KeyChar is 'q' or 'Q' or '\x03';

    private TopAction PressCharacter(char c)
    {
        switch (c)
        {
            case 'b':
                return SortBy(TopSort.Bytes);
            case 'p':
                return SortBy(TopSort.Packets);
            case 'a':
                return SortBy(TopSort.Age);
            case 'r':
                return SortBy(TopSort.Rtt);
            case 't':
                return SortBy(TopSort.Retransmits);
            case 'i':
                Inverted = !Inverted;
                break;
            case 'd':
                Direction = (TopDirection)(((int)Direction + 1) % 4);
                Offset = 0;
                break;
            case 'n':
                Addresses = !Addresses;
                break;
            case ' ':
                Paused = !Paused;
                break;
            case 'j':
                return Scroll(1);
            case 'k':
                return Scroll(-1);
            case '?':
            case 'h':
                Help = true;
                break;
            default:
                return TopAction.None;
        }

        return TopAction.Redraw;
    }

    private TopAction SortBy(TopSort sort)
    {
        Sort = sort;
        Offset = 0;
        return TopAction.Redraw;
    }

    private TopAction Scroll(int rows)
    {
        Offset = Math.Max(0, Offset + rows);
        return TopAction.Redraw;
    }
}
