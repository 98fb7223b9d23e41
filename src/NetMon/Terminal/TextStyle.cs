namespace NetMon.Terminal;

/// <summary>How a piece of text looks. Names say what the text is; <see cref="TextStyles.Sgr"/> decides what that looks like.</summary>
internal enum TextStyle
{
    Plain,

    /// <summary>Figures that the eye should find first.</summary>
    Strong,

    /// <summary>Labels, and values that say nothing new.</summary>
    Quiet,
    Notice,
    Failure,

    /// <summary>The column that orders the table.</summary>
    Selected,
}

internal static class TextStyles
{
    public const string Reset = "\e[0m";

    /// <summary>The sequence that turns a style on (ECMA-48 section 8.3.117); colours are the terminal's own 8, so that its theme decides.</summary>
    public static string Sgr(this TextStyle style) =>
        style switch
        {
            TextStyle.Strong => "\e[1m",
            TextStyle.Quiet => "\e[2m",
            TextStyle.Notice => "\e[33m",
            TextStyle.Failure => "\e[31m",
            TextStyle.Selected => "\e[1;36m",
            _ => "",
        };
}
