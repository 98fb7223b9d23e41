using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Api;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Diagnosis;

/// <summary><c>/api/v1/logs</c>: the latest lines of the log, oldest first.</summary>
internal sealed class LogsEndpoint(LogRing recent)
{
    private const int FlushBytes = 32 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        var lines = recent.Read(out var dropped);
        context.Response.ContentType = JsonError.ContentType;
        var output = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("dropped"u8, dropped);
        json.WriteStartArray("lines"u8);
        foreach (var line in lines)
        {
            json.WriteStartObject();
            json.WriteString("time"u8, line.Time);
            json.WriteString("level"u8, LogWords.Of(line.Level));
            json.WriteString("category"u8, line.Category);
            json.WriteNumber("id"u8, line.Id);
            json.WriteString("message"u8, line.Message);
            json.WriteEndObject();
            if (json.BytesPending >= FlushBytes)
            {
                json.Flush();
                await output.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}
