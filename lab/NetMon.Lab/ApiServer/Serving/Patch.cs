using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Changes an object by a patch: JSON merge (RFC 7386), and of the strategic one the part that kubectl sends.</summary>
internal static class Patch
{
    private const string MergePatch = "application/merge-patch+json";

    // What tells the elements of a list apart in a strategic patch (patchMergeKey in the API's types).
    private static readonly string[] MergeKeys = ["name", "containerPort", "port", "ip", "type", "uid"];

    /// <exception cref="StoreException">415: a kind of patch that is not understood.</exception>
    public static void Check(string contentType)
    {
        if (!IsStrategic(contentType) && !contentType.StartsWith(MergePatch, StringComparison.Ordinal))
        {
            throw new StoreException(
                415,
                "UnsupportedMediaType",
                $"the body of the request was in an unknown format: {contentType}"
            );
        }
    }

    public static void Apply(JsonObject item, JsonObject patch, string contentType) =>
        Merge(item, patch, IsStrategic(contentType));

    // Applied on the server's side, nobody else's fields are taken away: good enough for one who applies.
    private static bool IsStrategic(string contentType) =>
        contentType.Split(';')[0]
            is "application/strategic-merge-patch+json"
                or "application/apply-patch+yaml";

    private static void Merge(JsonObject item, JsonObject patch, bool strategic)
    {
        foreach (var (name, value) in patch)
        {
            if (strategic && name.StartsWith('$'))
            {
                continue;
            }

            switch (value, item[name])
            {
                case (null, _):
                    item.Remove(name);
                    break;
                case (JsonObject change, JsonObject old):
                    Merge(old, change, strategic);
                    break;
                case (JsonArray change, JsonArray old) when strategic && KeyOf(change) is { } key:
                    MergeElements(old, change, key);
                    break;
                default:
                    item[name] = value.DeepClone();
                    break;
            }
        }
    }

    private static string? KeyOf(JsonArray elements) =>
        elements.All(element => element is JsonObject)
            ? Array.Find(MergeKeys, key => elements.All(element => element![key] is not null))
            : null;

    private static void MergeElements(JsonArray elements, JsonArray changes, string key)
    {
        foreach (var change in changes.OfType<JsonObject>())
        {
            var old = elements
                .OfType<JsonObject>()
                .FirstOrDefault(element => JsonNode.DeepEquals(element[key], change[key]));
            switch (old, change.Text("$patch"))
            {
                case (null, "delete"):
                    break;
                case (not null, "delete"):
                    elements.Remove(old);
                    break;
                case (null, _):
                    elements.Add(change.DeepClone());
                    break;
                default:
                    Merge(old, change, strategic: true);
                    break;
            }
        }
    }
}
