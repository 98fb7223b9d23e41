using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer.Resources;

namespace NetMon.Lab.ApiServer.Storage;

/// <summary>What the server itself sets in an object's metadata.</summary>
internal readonly record struct ServerSet(
    string Namespace,
    string Name,
    string Uid,
    ulong Version,
    string Created,
    bool ManagedFields
);

/// <summary>Turns an object as a client gave it into the bytes that are kept.</summary>
internal static class ObjectEncoder
{
    // As Go writes JSON: text beyond ASCII stays as it is.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 1000,
    };

    public static StoredObject Encode(ResourceType type, JsonObject item, in ServerSet set)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        writer.WritePropertyName("metadata");
        writer.Flush();
        var start = buffer.WrittenCount;
        var version = WriteMetadata(writer, buffer, type, item, set);
        var metadata = start..buffer.WrittenCount;
        foreach (var (name, value) in item)
        {
            if (name is not ("kind" or "apiVersion" or "metadata"))
            {
                WriteMember(writer, name, value);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return new StoredObject(
            KeyOf(type, set.Namespace, set.Name),
            type.Namespaced ? set.Namespace : "",
            set.Name,
            set.Uid,
            set.Version,
            buffer.WrittenSpan.ToArray(),
            metadata,
            version,
            Fields(item)
        );
    }

    public static string KeyOf(ResourceType type, string space, string name) =>
        type.Namespaced ? $"{space}/{name}" : name;

    /// <returns>Where the digits of the resource version are.</returns>
    private static Range WriteMetadata(
        Utf8JsonWriter writer,
        ArrayBufferWriter<byte> buffer,
        ResourceType type,
        JsonObject item,
        in ServerSet set
    )
    {
        var given = item["metadata"] as JsonObject;
        writer.WriteStartObject();
        writer.WriteString("name", set.Name);
        if (type.Namespaced)
        {
            writer.WriteString("namespace", set.Namespace);
        }

        writer.WriteString("uid", set.Uid);
        writer.WriteString("resourceVersion", set.Version.ToString());
        writer.Flush();
        var end = buffer.WrittenCount - 1;
        var version = (end - set.Version.ToString().Length)..end;
        writer.WriteString("creationTimestamp", set.Created);
        foreach (var (name, value) in given ?? [])
        {
            if (!IsSetByServer(name))
            {
                WriteMember(writer, name, value);
            }
        }

        if (set.ManagedFields && given?["managedFields"] is null)
        {
            ManagedFields.Write(writer, item, type.ApiVersion, set.Created);
        }

        writer.WriteEndObject();
        writer.Flush();
        return version;
    }

    private static bool IsSetByServer(string name) =>
        name is "name" or "namespace" or "uid" or "resourceVersion" or "creationTimestamp";

    private static void WriteMember(Utf8JsonWriter writer, string name, JsonNode? value)
    {
        writer.WritePropertyName(name);
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer);
        }
    }

    // Of a hostile object any of these may have any type.
    private static SelectableFields Fields(JsonObject item) =>
        new(
            item.Text("spec", "nodeName"),
            item.Text("status", "podIP"),
            item.Text("status", "phase"),
            (item["spec"] as JsonObject)?["hostNetwork"] is JsonValue value
                && value.GetValueKind() == JsonValueKind.True
        );
}
