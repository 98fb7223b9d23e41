using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Api;
using NetMon.Agent.Status;

namespace NetMon.Agent.Lifecycle;

/// <summary><c>POST /api/v1/stop</c>: ends the agent, and says whether its programs are to stay.</summary>
internal sealed class StopEndpoint(AgentStop stop)
{
    public const string Path = "/api/v1/stop";

    private const int MaxBody = 1024;

    public static Route RouteOf(AgentStop stop) =>
        new(Path, new StopEndpoint(stop).HandleAsync, RouteAccess.Admin, HttpMethods.Post);

    public async Task HandleAsync(HttpContext context)
    {
        if (await ReadAsync(context) is not { } keep)
        {
            const string Expected = """the body must be {"keep":true} or {"keep":false}""";
            await JsonError.WriteAsync(context, StatusCodes.Status400BadRequest, Expected);
            return;
        }

        // Once the answer is out: the server ends with the agent.
        context.Response.OnCompleted(() =>
        {
            stop.Request(keep ? StopReason.AskedToKeep : StopReason.AskedToDetach);
            return Task.CompletedTask;
        });
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await JsonAnswer.SendAsync(
            context,
            json =>
            {
                json.WriteNumber("pid", Environment.ProcessId);
                json.WriteBoolean("keep", keep);
            }
        );
    }

    /// <returns>Null for anything else.</returns>
    private static async Task<bool?> ReadAsync(HttpContext context)
    {
        var body = new byte[MaxBody + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(
            body,
            body.Length,
            throwOnEndOfStream: false,
            context.RequestAborted
        );
        if (length > MaxBody)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body.AsMemory(0, length));
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("keep"u8, out var keep)
                && keep.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? keep.GetBoolean()
                : null;
        }
        // The latter for half a surrogate in a name.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
