using NetMon.Lab.ApiServer.Resources;

namespace NetMon.Lab.ApiServer.Requests;

/// <summary>What a path under <c>/api/v1</c> or <c>/apis/GROUP/VERSION</c> names.</summary>
/// <param name="Namespace">Empty: all, or none.</param>
/// <param name="Name">Empty: the collection.</param>
/// <param name="Subresource">Empty, or <c>status</c>.</param>
internal sealed record ApiPath(ResourceType Type, string Namespace, string Name, string Subresource)
{
    public static ApiPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (root, rest) = parts switch
        {
            ["api", "v1", .. var tail] => ("/api/v1", tail),
            ["apis", var group, var version, .. var tail] => ($"/apis/{group}/{version}", tail),
            _ => ("", []),
        };
        var space = "";
        // /namespaces/NAME alone is the namespace itself.
        if (rest is ["namespaces", _, not "status", ..])
        {
            space = Uri.UnescapeDataString(rest[1]);
            rest = rest[2..];
        }

        if (rest.Length is 0 or > 3 || ResourceTable.FindByPath(root, rest[0]) is not { } type)
        {
            return null;
        }

        var subresource = rest.Length > 2 ? rest[2] : "";
        return subresource is "" or "status" && (type.Namespaced || space.Length == 0)
            ? new ApiPath(type, space, rest.Length > 1 ? Uri.UnescapeDataString(rest[1]) : "", subresource)
            : null;
    }
}
