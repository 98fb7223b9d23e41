namespace NetMon.Core.Flows.Filters;

/// <summary>In which namespaces a name is looked for.</summary>
internal readonly struct NamespaceScope
{
    private readonly NamePattern[]? _namespaces;
    private readonly bool _explicit;

    private NamespaceScope(NamePattern[] namespaces, bool isExplicit)
    {
        _namespaces = namespaces;
        _explicit = isExplicit;
    }

    public static NamespaceScope Everywhere => default;

    /// <summary>The namespace that came with the name.</summary>
    public static NamespaceScope In(NamePattern ns) => new([ns], isExplicit: true);

    /// <summary>These, unless one came with the name.</summary>
    public NamespaceScope Within(NamePattern[] namespaces) =>
        _explicit ? this : new NamespaceScope(namespaces, isExplicit: false);

    /// <param name="ns">Empty for nodes, networks and others that are in none: they are found by a name without a namespace.</param>
    public bool Holds(string ns)
    {
        if (_namespaces is null || (ns.Length == 0 && !_explicit))
        {
            return true;
        }

        foreach (ref readonly var pattern in _namespaces.AsSpan())
        {
            if (ns.Length > 0 && pattern.Matches(ns))
            {
                return true;
            }
        }

        return false;
    }
}
