namespace NetMon.Terminal.Top;

internal enum TopEventKind
{
    Key,

    /// <summary>A new list.</summary>
    Sample,

    /// <summary>The agent did not answer.</summary>
    Trouble,

    /// <summary>The terminal may have another size, or shows something else.</summary>
    Redraw,
}

/// <summary>What happened to a view; that nothing more will, ends it. Only the member that the kind names is set.</summary>
internal readonly record struct TopEvent(TopEventKind Kind)
{
    public ConsoleKeyInfo Key { get; init; }

    public TopSample? Sample { get; init; }

    /// <summary>What went wrong, clean.</summary>
    public string? Trouble { get; init; }
}
