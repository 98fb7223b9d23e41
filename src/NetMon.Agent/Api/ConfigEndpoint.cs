using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Settings;

namespace NetMon.Agent.Api;

/// <summary><c>/api/v1/config</c>: every setting with its value and where it comes from; a POST gives some other values until the agent ends.</summary>
internal sealed class ConfigEndpoint(IAgentSettings settings)
{
    public Task ListAsync(HttpContext context) => WriteAsync(context, settings.List());

    /// <summary><c>{"log.level":"debug","capture.exclude":["eth1"],"flow.max_age":null}</c>: null takes a change back. All of it holds, or none.</summary>
    public async Task SetAsync(HttpContext context)
    {
        var values = new Dictionary<string, IReadOnlyList<string>?>(StringComparer.Ordinal);
        try
        {
            using var body = await JsonDocument.ParseAsync(
                context.Request.Body,
                cancellationToken: context.RequestAborted
            );
            foreach (var property in body.RootElement.EnumerateObject())
            {
                values[property.Name] = Texts(property.Value);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            await RefuseAsync(
                context,
                "the body is no object of settings such as {\"log.level\":\"debug\"}, with texts, numbers, true, false, lists of these, or null"
            );
            return;
        }

        var errors = settings.Set(values);
        if (errors.Count > 0)
        {
            await RefuseAsync(context, string.Join("; ", errors));
            return;
        }

        await WriteAsync(
            context,
            settings.List().Where(setting => values.ContainsKey(setting.Key)).ToArray()
        );
    }

    private static Task RefuseAsync(HttpContext context, string error) =>
        JsonError.WriteAsync(context, StatusCodes.Status400BadRequest, error);

    private static IReadOnlyList<string>? Texts(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array => [.. value.EnumerateArray().Select(Text)],
            _ => [Text(value)],
        };

    private static string Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw new InvalidOperationException("neither a text nor a number"),
        };

    private async Task WriteAsync(HttpContext context, IReadOnlyList<SettingView> list)
    {
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body))
        {
            SettingsJson.Write(json, settings, list);
        }

        context.Response.ContentType = JsonError.ContentType;
        context.Response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }
}
