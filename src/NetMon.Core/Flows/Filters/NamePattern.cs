using System.Buffers;

namespace NetMon.Core.Flows.Filters;

/// <summary>A name, or with a trailing <c>*</c> the beginning of one. <c>*</c> alone, or nothing, is every name.</summary>
internal readonly struct NamePattern
{
    // Names of networks are the user's own and may hold any of these; the beginning of one can still be given.
    private static readonly SearchValues<char> Separators = SearchValues.Create("/:,*");

    private readonly string? _text;
    private readonly bool _isPrefix;

    private NamePattern(string text, bool isPrefix)
    {
        _text = text;
        _isPrefix = isPrefix;
    }

    public static NamePattern Any => default;

    /// <returns>False for a <c>*</c> that is not at the end, and for a slash, a colon, a comma, white space or a control character.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out NamePattern pattern)
    {
        var isPrefix = text.EndsWith('*');
        var name = isPrefix ? text[..^1] : text;
        pattern = name.IsEmpty ? Any : new NamePattern(name.ToString(), isPrefix);
        return !name.ContainsAny(Separators) && !HoldsSpace(name);
    }

    /// <summary>The same for names that may hold anything but control characters, such as those of processes.</summary>
    public static bool TryParseAny(ReadOnlySpan<char> text, out NamePattern pattern)
    {
        var isPrefix = text.EndsWith('*');
        var name = isPrefix ? text[..^1] : text;
        pattern = name.IsEmpty ? Any : new NamePattern(name.ToString(), isPrefix);
        foreach (var c in name)
        {
            if (char.IsControl(c) || c == '*')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The beginning of a name, with a <c>*</c> or without.</summary>
    public static NamePattern BeginningOf(ReadOnlySpan<char> text)
    {
        var name = text.TrimEnd('*');
        return name.IsEmpty ? Any : new NamePattern(name.ToString(), isPrefix: true);
    }

    /// <summary>A name that is not there matches nothing.</summary>
    public bool Matches(string? name) =>
        name is not null
        && (
            _text is null
            || (
                _isPrefix
                    ? name.StartsWith(_text, StringComparison.Ordinal)
                    : string.Equals(name, _text, StringComparison.Ordinal)
            )
        );

    private static bool HoldsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }
}
