using System.Text.Json;
using System.Text.Json.Nodes;

namespace NetMon.Lab.ApiServer.Storage;

internal static class JsonReading
{
    /// <summary>The string at the end of the path; empty where there is none, or something else.</summary>
    public static string Text(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : "";
    }
}
