namespace NetMon.Configuration;

/// <summary>One piece of text that the user wrote as a value, and where.</summary>
internal readonly record struct GivenText(string Text, string Place);

/// <summary>A value for a setting as the user gave it, in a file or by a flag.</summary>
/// <param name="Place">Where the value begins.</param>
/// <param name="Texts">One text, or the items of a list.</param>
/// <param name="IsList">Written as a list, so that it fits only a setting that is one.</param>
internal sealed record GivenValue(string Key, string Place, IReadOnlyList<GivenText> Texts, bool IsList);
