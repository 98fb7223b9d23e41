using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Selectors;

/// <summary>A label selector: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k</c>.</summary>
/// <remarks>Kubernetes, "Labels and Selectors". Terms are joined by and.</remarks>
internal sealed class LabelSelector
{
    private readonly List<Term> _terms = [];

    private LabelSelector() { }

    /// <exception cref="StoreException">400: it cannot be read.</exception>
    public static LabelSelector? Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var selector = new LabelSelector();
        foreach (var part in Split(text))
        {
            selector._terms.Add(ParseTerm(part.Trim()));
        }

        return selector;
    }

    public bool Matches(StoredObject item)
    {
        foreach (var term in _terms)
        {
            string? value = null;
            foreach (var label in item.Labels)
            {
                if (label.Key == term.Name)
                {
                    value = label.Value;
                }
            }

            if (!term.Matches(value))
            {
                return false;
            }
        }

        return true;
    }

    // At commas that are not within parentheses.
    private static IEnumerable<string> Split(string text)
    {
        var (start, depth) = (0, 0);
        for (var index = 0; index < text.Length; index++)
        {
            depth += text[index] switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if (text[index] == ',' && depth == 0)
            {
                yield return text[start..index];
                start = index + 1;
            }
        }

        yield return text[start..];
    }

    private static Term ParseTerm(string text)
    {
        foreach (
            var (word, kind) in (ReadOnlySpan<(string, Comparison)>)
                [(" notin ", Comparison.NotIn), (" in ", Comparison.In)]
        )
        {
            var at = text.IndexOf(word, StringComparison.Ordinal);
            if (at > 0)
            {
                var list = text[(at + word.Length)..].Trim();
                return list is ['(', .., ')']
                    ? new Term(text[..at].Trim(), kind, [.. list[1..^1].Split(',').Select(v => v.Trim())])
                    : throw Refused(text);
            }
        }

        foreach (
            var (sign, kind) in (ReadOnlySpan<(string, Comparison)>)
                [("!=", Comparison.NotIn), ("==", Comparison.In), ("=", Comparison.In)]
        )
        {
            var at = text.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0)
            {
                return new Term(text[..at].Trim(), kind, [text[(at + sign.Length)..].Trim()]);
            }
        }

        if (text.Length == 0 || text == "!" || text.Contains(' '))
        {
            throw Refused(text);
        }

        return text[0] == '!'
            ? new Term(text[1..].Trim(), Comparison.Absent, [])
            : new Term(text, Comparison.Present, []);
    }

    private static StoreException Refused(string text) =>
        new(400, "BadRequest", $"unable to parse requirement: found '{text}', expected: a label selector");

    private enum Comparison
    {
        In,
        NotIn,
        Present,
        Absent,
    }

    private sealed record Term(string Name, Comparison Comparison, string[] Values)
    {
        public bool Matches(string? value) =>
            Comparison switch
            {
                Comparison.In => value is not null && Values.Contains(value, StringComparer.Ordinal),
                Comparison.NotIn => value is null || !Values.Contains(value, StringComparer.Ordinal),
                Comparison.Present => value is not null,
                _ => value is null,
            };
    }
}
