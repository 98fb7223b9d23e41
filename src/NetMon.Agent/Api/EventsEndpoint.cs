using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Detections;
using NetMon.Core.Detections.Events;

namespace NetMon.Agent.Api;

/// <summary><c>/api/v1/events</c>: what was suspicious, youngest first, or with <c>follow=true</c> the changes as they come.</summary>
internal sealed class EventsEndpoint(EventFeed? feed, WallClock clock)
{
    private const int DefaultLimit = SecurityEventLog.DefaultCapacity;

    public Task HandleAsync(HttpContext context)
    {
        if (
            !SecurityEventQuery.TryParse(
                FlowsEndpoint.Parameters(context.Request.Query),
                clock.Now,
                out var query,
                out var errors
            )
        )
        {
            return JsonError.WriteAsync(context, StatusCodes.Status400BadRequest, string.Join("; ", errors));
        }

        return feed is null
                ? JsonError.WriteAsync(
                    context,
                    StatusCodes.Status503ServiceUnavailable,
                    "nothing is looked for: features.security_monitoring.enabled is false"
                )
            : query.Follow ? FollowAsync(context, feed, query)
            : ListAsync(context, feed.Log, query);
    }

    private async Task ListAsync(HttpContext context, SecurityEventLog log, SecurityEventQuery query)
    {
        var offset = clock.OffsetNs;
        var events = log.List(told => query.Passes(told, offset), query.Limit ?? DefaultLimit, out var total);
        var list = new SecurityEventListView
        {
            Time = clock.Now,
            Total = total,
            Events = [.. events.Select(told => SecurityEventView.Of(told, offset))],
        };
        context.Response.ContentType = JsonError.ContentType;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await JsonSerializer.SerializeAsync(
                context.Response.BodyWriter,
                list,
                SecurityEventContext.Default.SecurityEventListView,
                context.RequestAborted
            );
        }
    }

    private async Task FollowAsync(HttpContext context, EventFeed from, SecurityEventQuery query)
    {
        var response = context.Response;
        response.ContentType = "application/x-ndjson";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (!from.TryFollow(out var follower))
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                $"{EventFeed.MaxFollowers} streams are being served, which is the most"
            );
            return;
        }

        using (follower)
        {
            await response.StartAsync(context.RequestAborted);
            await response.BodyWriter.FlushAsync(context.RequestAborted);
            await foreach (var told in follower.Changes.ReadAllAsync(context.RequestAborted))
            {
                await WriteAsync(response.BodyWriter, told, follower.TakeLost(), query);
                await response.BodyWriter.FlushAsync(context.RequestAborted);
            }
        }
    }

    private async ValueTask WriteAsync(
        PipeWriter output,
        SecurityEvent told,
        long lost,
        SecurityEventQuery query
    )
    {
        var offset = clock.OffsetNs;
        await using var json = new Utf8JsonWriter(output);
        if (lost > 0)
        {
            json.WriteStartObject();
            json.WriteNumber("lost"u8, lost);
            json.WriteEndObject();
            EndLine(json, output);
        }

        if (query.Passes(told, offset))
        {
            JsonSerializer.Serialize(
                json,
                SecurityEventView.Of(told, offset),
                SecurityEventContext.Default.SecurityEventView
            );
            EndLine(json, output);
        }
    }

    private static void EndLine(Utf8JsonWriter json, PipeWriter output)
    {
        json.Flush();
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
        json.Reset(output);
    }
}
