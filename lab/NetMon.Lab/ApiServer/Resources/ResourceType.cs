namespace NetMon.Lab.ApiServer.Resources;

/// <summary>A kind of object that the server keeps, as discovery tells of it.</summary>
/// <param name="Group">API group; empty for core.</param>
/// <param name="Plural">As in the path: <c>pods</c>.</param>
/// <param name="ShortNames">What kubectl takes in its place.</param>
public sealed record ResourceType(
    string Group,
    string Version,
    string Kind,
    string Plural,
    bool Namespaced,
    params string[] ShortNames
)
{
    /// <summary><c>v1</c>, <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string ListKind => $"{Kind}List";

    public string Singular => Kind.ToLowerInvariant();

    /// <summary><c>/api/v1</c>, <c>/apis/apps/v1</c>.</summary>
    public string Root => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";

    /// <summary>As messages name it: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public string QualifiedName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>What an object of a watch, or one that stands alone, begins with; those of a list have neither.</summary>
    internal byte[] TypeMembers { get; } =
        System.Text.Encoding.UTF8.GetBytes(
            $$"""{"kind":"{{Kind}}","apiVersion":"{{(Group.Length == 0 ? Version : $"{Group}/{Version}")}}","""
        );
}
