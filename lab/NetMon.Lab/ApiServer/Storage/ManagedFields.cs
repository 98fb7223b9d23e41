using System.Text.Json;
using System.Text.Json.Nodes;

namespace NetMon.Lab.ApiServer.Storage;

/// <summary>Writes <c>metadata.managedFields</c> as an API server keeps them: who set which field last. They are 40 % of a pod's bytes.</summary>
/// <remarks>Kubernetes, "Server-Side Apply": <c>f:</c> names a field, <c>k:</c> an element of a list by its key, <c>.</c> the thing itself.</remarks>
internal static class ManagedFields
{
    // What tells the elements of a list apart, the first of them that an element has (listType=map in the API's schema).
    private static readonly string[] ElementKeys =
    [
        "uid",
        "type",
        "containerPort",
        "port",
        "ip",
        "mountPath",
        "name",
        "key",
    ];

    public static void Write(Utf8JsonWriter writer, JsonObject item, string apiVersion, string time)
    {
        writer.WriteStartArray("managedFields");
        WriteEntry(writer, item, apiVersion, time, "kube-controller-manager", status: false);
        if (item["status"] is JsonObject { Count: > 0 })
        {
            WriteEntry(writer, item, apiVersion, time, "kubelet", status: true);
        }

        writer.WriteEndArray();
    }

    private static void WriteEntry(
        Utf8JsonWriter writer,
        JsonObject item,
        string apiVersion,
        string time,
        string manager,
        bool status
    )
    {
        writer.WriteStartObject();
        writer.WriteString("manager", manager);
        writer.WriteString("operation", "Update");
        writer.WriteString("apiVersion", apiVersion);
        writer.WriteString("time", time);
        writer.WriteString("fieldsType", "FieldsV1");
        writer.WriteStartObject("fieldsV1");
        foreach (var (name, value) in item)
        {
            if (name is "kind" or "apiVersion" || (name == "status") != status)
            {
                continue;
            }

            writer.WritePropertyName($"f:{name}");
            WriteFields(writer, value, name == "metadata" ? IsSetByUser : null);
        }

        writer.WriteEndObject();
        if (status)
        {
            writer.WriteString("subresource", "status");
        }

        writer.WriteEndObject();
    }

    private static bool IsSetByUser(string metadataField) =>
        metadataField is "labels" or "annotations" or "ownerReferences" or "generateName" or "finalizers";

    private static void WriteFields(Utf8JsonWriter writer, JsonNode? node, Func<string, bool>? wanted = null)
    {
        writer.WriteStartObject();
        if (node is JsonObject fields && wanted is null && fields.Count > 0)
        {
            writer.WriteStartObject(".");
            writer.WriteEndObject();
        }

        foreach (var (name, value) in node as JsonObject ?? [])
        {
            if (wanted is null || wanted(name))
            {
                writer.WritePropertyName($"f:{name}");
                WriteFields(writer, value);
            }
        }

        foreach (var element in node as JsonArray ?? [])
        {
            if (element is JsonObject keyed && KeyOf(keyed) is { } key)
            {
                writer.WritePropertyName(key);
                WriteFields(writer, element);
            }
        }

        writer.WriteEndObject();
    }

    private static string? KeyOf(JsonObject element)
    {
        foreach (var key in ElementKeys)
        {
            if (element[key] is JsonValue value)
            {
                return $$"""k:{"{{key}}":{{value.ToJsonString()}}}""";
            }
        }

        return null;
    }
}
