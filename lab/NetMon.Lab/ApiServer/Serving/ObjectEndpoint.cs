using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Requests;
using NetMon.Lab.ApiServer.Resources;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Reads and changes single objects.</summary>
internal sealed class ObjectEndpoint(ObjectStore store, Kubelet kubelet)
{
    public Task GetAsync(HttpContext context, ApiPath path, Representation form) =>
        AnswerAsync(context, 200, path.Type, Existing(path), form);

    public async Task CreateAsync(HttpContext context, ApiPath path)
    {
        var item = await ReadAsync(context, path);
        if (IsDryRun(context))
        {
            await Responses.WriteAsync(context, 201, output => WriteJson(output, item));
            return;
        }

        await AnswerAsync(context, 201, path.Type, store.Put(path.Type, item, PutMode.Create));
    }

    public async Task ReplaceAsync(HttpContext context, ApiPath path)
    {
        var item = await ReadAsync(context, path);
        if (path.Subresource == "status")
        {
            var status = item["status"]?.DeepClone();
            item = Parse(path.Type, Existing(path));
            item["status"] = status;
        }

        await AnswerAsync(context, 200, path.Type, store.Put(path.Type, item, PutMode.Replace));
    }

    public async Task PatchAsync(HttpContext context, ApiPath path)
    {
        var kind = context.Request.ContentType ?? "";
        Patch.Check(kind);
        var patch = await ReadBodyAsync(context);
        var isApply = kind.StartsWith("application/apply-patch", StringComparison.Ordinal);
        while (true)
        {
            var before = store.Find(path.Type, path.Namespace, path.Name);
            if (before is null && !isApply)
            {
                throw NotFound(path);
            }

            var item = before is null ? Named(path) : Parse(path.Type, before);
            // What an old resourceVersion in the patch would be checked against is what is being changed.
            (item["metadata"] as JsonObject)?.Remove("managedFields");
            Patch.Apply(item, patch, kind);
            try
            {
                var mode = before is null ? PutMode.Create : PutMode.Replace;
                var after = store.Put(path.Type, item, mode);
                await AnswerAsync(context, before is null ? 201 : 200, path.Type, after);
                return;
            }
            catch (StoreException conflict)
                when (conflict.Code == 409 && patch.Text("metadata", "resourceVersion").Length == 0)
            {
                // Someone else changed it in between: once more, on what it is now.
            }
        }
    }

    public async Task DeleteAsync(HttpContext context, ApiPath path)
    {
        var options = context.Request.ContentLength is > 0 ? await ReadBodyAsync(context) : [];
        var grace = Grace(context, options);
        var existing = Existing(path);
        if (path.Type.Plural == "pods" && kubelet.BeginShutdown(existing, grace) is { } ending)
        {
            await AnswerAsync(context, 200, path.Type, ending);
            return;
        }

        store.Delete(path.Type, path.Namespace, path.Name);
        var success = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = new JsonObject
            {
                ["name"] = path.Name,
                ["group"] = path.Type.Group,
                ["kind"] = path.Type.Plural,
                ["uid"] = existing.Uid,
            },
        };
        await Responses.WriteAsync(context, 200, output => WriteJson(output, success));
    }

    /// <summary>A stored object as it stands alone.</summary>
    public static JsonObject Parse(ResourceType type, StoredObject item)
    {
        var buffer = new ArrayBufferWriter<byte>(item.Json.Length + 64);
        ObjectText.WriteAlone(buffer, type, item, Representation.Whole);
        return JsonNode
            .Parse(buffer.WrittenSpan, documentOptions: new JsonDocumentOptions { MaxDepth = 1000 })!
            .AsObject();
    }

    private StoredObject Existing(ApiPath path) =>
        store.Find(path.Type, path.Namespace, path.Name) ?? throw NotFound(path);

    private static StoreException NotFound(ApiPath path) =>
        new(404, "NotFound", $"{path.Type.QualifiedName} \"{path.Name}\" not found");

    private static JsonObject Named(ApiPath path)
    {
        var metadata = new JsonObject { ["name"] = path.Name };
        if (path.Type.Namespaced)
        {
            metadata["namespace"] = path.Namespace;
        }

        return new JsonObject { ["metadata"] = metadata };
    }

    private static int? Grace(HttpContext context, JsonObject options)
    {
        var query = context.Request.Query["gracePeriodSeconds"].ToString();
        if (int.TryParse(query, out var seconds))
        {
            return seconds;
        }

        return options["gracePeriodSeconds"]?.GetValue<int>();
    }

    private static bool IsDryRun(HttpContext context) => context.Request.Query["dryRun"] == "All";

    private static async Task<JsonObject> ReadAsync(HttpContext context, ApiPath path)
    {
        var item = await ReadBodyAsync(context);
        if (item.Text("kind") != path.Type.Kind)
        {
            throw new StoreException(
                400,
                "BadRequest",
                $"the body is a {item.Text("kind")}, the path says {path.Type.Kind}"
            );
        }

        if (item["metadata"] is not JsonObject metadata)
        {
            throw new StoreException(400, "BadRequest", "the body has no metadata");
        }

        if (path.Type.Namespaced)
        {
            metadata["namespace"] = path.Namespace;
        }

        return item;
    }

    private static async Task<JsonObject> ReadBodyAsync(HttpContext context)
    {
        try
        {
            var body = await JsonNode.ParseAsync(
                context.Request.Body,
                documentOptions: new JsonDocumentOptions { MaxDepth = 1000 },
                cancellationToken: context.RequestAborted
            );
            return body as JsonObject ?? throw new StoreException(400, "BadRequest", "the body is no object");
        }
        catch (JsonException error)
        {
            throw new StoreException(400, "BadRequest", $"the body cannot be read as JSON: {error.Message}");
        }
    }

    private static Task AnswerAsync(
        HttpContext context,
        int code,
        ResourceType type,
        StoredObject item,
        Representation form = Representation.Whole
    ) =>
        Responses.WriteAsync(
            context,
            code,
            output =>
            {
                ObjectText.WriteAlone(output, type, item, form);
                output.Write("\n"u8);
            }
        );

    private static void WriteJson(IBufferWriter<byte> output, JsonObject item)
    {
        using var writer = new Utf8JsonWriter(output);
        item.WriteTo(writer);
    }
}
