using System.Diagnostics.CodeAnalysis;
using NetMon.Core.Endpoints;

namespace NetMon.Core.Flows.Filters;

/// <summary>
/// A selector over labels as kubectl's <c>-l</c>, without its set-based part: <c>key=value</c> (or <c>==</c>), <c>key!=value</c>, <c>key</c>,
/// <c>!key</c>, joined by commas, all of which must hold. Only pods that are known, and nodes, have labels; like kubectl's, <c>!=</c> also
/// finds those that lack the key.
/// </summary>
internal sealed class LabelTest : EndTest
{
    private readonly Requirement[] _requirements;
    private readonly NamespaceScope _scope;

    private LabelTest(Requirement[] requirements, NamespaceScope scope)
    {
        _requirements = requirements;
        _scope = scope;
    }

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out LabelTest? test)
    {
        var requirements = new List<Requirement>();
        test = null;
        foreach (var range in text.Split(','))
        {
            if (!TryParseOne(text[range].Trim(), out var requirement))
            {
                return false;
            }

            requirements.Add(requirement);
        }

        test = new LabelTest([.. requirements], NamespaceScope.Everywhere);
        return true;
    }

    public override bool Matches(in Flow flow, bool isSource)
    {
        if (
            flow.Attribution.End(isSource) is not { } endpoint
            || (endpoint.Pod is null && endpoint.Kind != EndpointKind.Node)
            || !_scope.Holds(endpoint.Workload.Namespace)
        )
        {
            return false;
        }

        foreach (ref readonly var requirement in _requirements.AsSpan())
        {
            if (!requirement.Holds(endpoint.Labels))
            {
                return false;
            }
        }

        return true;
    }

    public override EndTest Within(NamePattern[] namespaces) =>
        new LabelTest(_requirements, _scope.Within(namespaces));

    private static bool TryParseOne(ReadOnlySpan<char> text, out Requirement requirement)
    {
        var equals = text.IndexOf('=');
        if (equals < 0)
        {
            var absent = text.StartsWith('!');
            var key = text[(absent ? 1 : 0)..].Trim();
            requirement = new Requirement(key.ToString(), Value: null, Negated: absent);
            return IsKey(key);
        }

        var negated = equals > 0 && text[equals - 1] == '!';
        var name = text[..(negated ? equals - 1 : equals)].Trim();
        var value = text[(equals + 1)..];
        value = (!negated && value.StartsWith('=') ? value[1..] : value).Trim();
        requirement = new Requirement(name.ToString(), value.ToString(), negated);
        return IsKey(name) && (value.IsEmpty || IsKey(value));
    }

    /// <remarks>Of keys and values alike; kubectl's <c>in (a,b)</c> fails here. apimachinery, pkg/util/validation: qualified name.</remarks>
    private static bool IsKey(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '/'))
            {
                return false;
            }
        }

        return !text.IsEmpty;
    }

    /// <param name="Key">Name of the label.</param>
    /// <param name="Value">Null: any.</param>
    /// <param name="Negated">It must not be there with that value.</param>
    private readonly record struct Requirement(string Key, string? Value, bool Negated)
    {
        public bool Holds(IReadOnlyList<KeyValuePair<string, string>> labels)
        {
            // By index: an enumerator of the interface would be allocated.
            for (var i = 0; i < labels.Count; i++)
            {
                var (key, value) = labels[i];
                if (string.Equals(key, Key, StringComparison.Ordinal))
                {
                    return (Value is null || string.Equals(value, Value, StringComparison.Ordinal))
                        != Negated;
                }
            }

            return Negated;
        }
    }
}
