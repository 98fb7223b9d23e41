using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Drops;
using NetMon.Core.Drops;
using NetMon.Core.Flows;

namespace NetMon.Agent.Api;

/// <summary><c>/api/v1/drops</c>: the latest drops, or with <c>follow=true</c> those to come, one JSON object per line (NDJSON).</summary>
internal sealed class DropsEndpoint(DropLog log, WallClock clock, Func<int, string?> interfaceName)
{
    private const int FlushBytes = 32 * 1024;

    public Task HandleAsync(HttpContext context)
    {
        if (
            !DropQuery.TryParse(
                FlowsEndpoint.Parameters(context.Request.Query),
                out var query,
                out var errors
            )
        )
        {
            return JsonError.WriteAsync(context, StatusCodes.Status400BadRequest, string.Join("; ", errors));
        }

        if (log.Unavailable is { } reason)
        {
            return JsonError.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, reason);
        }

        return query.Follow ? FollowAsync(context, query) : ListAsync(context, query);
    }

    private async Task ListAsync(HttpContext context, DropQuery query)
    {
        context.Response.ContentType = JsonError.ContentType;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var drops = log.Read().Where(query.Matches).ToArray();
        var output = context.Response.BodyWriter;
        var names = new FlowJsonContext(clock.OffsetNs, interfaceName);
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        FlowJson.WriteTime(json, "time"u8, WallClock.MonotonicNs, in names);
        json.WriteNumber("total"u8, drops.Length);
        json.WriteStartArray("drops"u8);
        foreach (var drop in drops.Take(query.Last ?? int.MaxValue))
        {
            DropJson.Write(json, drop, in names);
            if (output.UnflushedBytes + json.BytesPending >= FlushBytes)
            {
                json.Flush();
                await output.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        await output.FlushAsync(context.RequestAborted);
    }

    private async Task FollowAsync(HttpContext context, DropQuery query)
    {
        context.Response.ContentType = "application/x-ndjson";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using var follower = log.Follow(query);
        if (follower is null)
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                $"{DropLog.MaxFollowers} streams are being served, which is the most"
            );
            return;
        }
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        await PumpAsync(follower, context.Response.BodyWriter, context.RequestAborted);
    }

    private async Task PumpAsync(DropLog.Follower follower, PipeWriter output, CancellationToken cancellation)
    {
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        while (await follower.Drops.WaitToReadAsync(cancellation))
        {
            var names = new FlowJsonContext(clock.OffsetNs, interfaceName);
            if (follower.TakeLost() is var lost and > 0)
            {
                json.Reset(output);
                FlowJson.WriteLost(json, lost);
                FlowStream.EndLine(json, output);
            }

            while (output.UnflushedBytes < FlushBytes && follower.Drops.TryRead(out var drop))
            {
                json.Reset(output);
                DropJson.Write(json, drop, in names);
                FlowStream.EndLine(json, output);
            }

            await output.FlushAsync(cancellation);
        }
    }
}
