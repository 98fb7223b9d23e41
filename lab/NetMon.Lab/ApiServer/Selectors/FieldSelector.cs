using NetMon.Lab.ApiServer.Resources;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Selectors;

/// <summary>A field selector: <c>spec.nodeName=a,status.phase!=b</c>.</summary>
internal sealed class FieldSelector
{
    private readonly List<(Func<StoredObject, string> Field, bool Equal, string Value)> _terms = [];

    private FieldSelector() { }

    /// <exception cref="StoreException">400: it cannot be read, or the resource has no such field.</exception>
    public static FieldSelector? Parse(string text, ResourceType type, ApiVersion version)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var selector = new FieldSelector();
        foreach (var part in text.Split(','))
        {
            var sign =
                part.Contains("!=", StringComparison.Ordinal) ? "!="
                : part.Contains("==", StringComparison.Ordinal) ? "=="
                : "=";
            var at = part.IndexOf(sign, StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new StoreException(
                    400,
                    "BadRequest",
                    $"invalid selector: '{part}'; can't understand '{part}'"
                );
            }

            var field = Field(part[..at].Trim(), type, version);
            selector._terms.Add((field, sign != "!=", part[(at + sign.Length)..].Trim()));
        }

        return selector;
    }

    public bool Matches(StoredObject item)
    {
        foreach (var (field, equal, value) in _terms)
        {
            if (field(item) == value != equal)
            {
                return false;
            }
        }

        return true;
    }

    private static Func<StoredObject, string> Field(string name, ResourceType type, ApiVersion version) =>
        (type.Plural, name) switch
        {
            (_, "metadata.name") => item => item.Name,
            (_, "metadata.namespace") when type.Namespaced => item => item.Namespace,
            ("pods", "spec.nodeName") => item => item.Fields.Node,
            ("pods", "status.podIP") => item => item.Fields.PodIp,
            ("pods", "status.phase") => item => item.Fields.Phase,
            ("pods", "spec.hostNetwork") when version.SelectsHostNetwork => item =>
                item.Fields.HostNetwork ? "true" : "false",
            _ => throw new StoreException(400, "BadRequest", $"field label not supported: {name}"),
        };
}
