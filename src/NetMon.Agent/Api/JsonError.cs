using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace NetMon.Agent.Api;

/// <summary>Errors as JSON: <c>{"error":"..."}</c>.</summary>
internal static class JsonError
{
    public const string ContentType = "application/json";

    /// <summary>Answers with a status and what is wrong, for a person to read.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string error)
    {
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("error"u8, error);
            json.WriteEndObject();
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = body.WrittenCount;
        await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
