using System.Diagnostics;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Streaming;
using NetMon.Core.Flows;

namespace NetMon.Agent.Api;

/// <summary>Writes the records of flows as they come, one JSON object per line (NDJSON).</summary>
/// <remarks>
/// A record's counts are those since its flow's record before. Who follows from a flow's open on can add them up to the flow's totals; of a
/// flow that was active before, the stream has the counts from its first record in the stream on. A filter on state lets pass the records
/// after which their flow is in that state. A reader that is too slow loses the oldest records that wait for it, and is told how many where
/// they are missing: <c>{"lost":N}</c>. The stream ends when the agent does, after the last record of every flow.
/// </remarks>
internal sealed class FlowStream(Broadcaster broadcaster, WallClock clock, Func<int, string?> interfaceName)
{
    private const int BatchSize = 64;
    private const int FlushBytes = 32 * 1024;

    // The first record after a pause leaves at once; under load, what comes within this time shares a packet.
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(10);

    public async Task WriteAsync(HttpContext context, FlowFilter filter)
    {
        var response = context.Response;
        response.ContentType = "application/x-ndjson";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (!broadcaster.TrySubscribe(filter, out var subscription))
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                $"{Broadcaster.MaxSubscriptions} streams are being served, which is the most"
            );
            return;
        }

        using (subscription)
        {
            await response.StartAsync(context.RequestAborted);
            await response.BodyWriter.FlushAsync(context.RequestAborted);
            await PumpAsync(subscription, response.BodyWriter, context.RequestAborted);
        }
    }

    private async Task PumpAsync(Subscription subscription, PipeWriter output, CancellationToken cancellation)
    {
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        var batch = new FlowEvent[BatchSize];
        bool more;
        do
        {
            more = await subscription.WaitAsync(cancellation);
            var start = Stopwatch.GetTimestamp();
            await WriteAllAsync(subscription, batch, json, output, cancellation);
            var left = BatchTime - Stopwatch.GetElapsedTime(start);
            if (more && left > TimeSpan.Zero)
            {
                await subscription.DelayAsync(left, cancellation);
            }
        } while (more);
    }

    private async ValueTask WriteAllAsync(
        Subscription subscription,
        FlowEvent[] batch,
        Utf8JsonWriter json,
        PipeWriter output,
        CancellationToken cancellation
    )
    {
        var context = new FlowJsonContext(clock.OffsetNs, interfaceName);
        int count;
        while ((count = subscription.Take(batch, out var lost)) > 0)
        {
            if (lost > 0)
            {
                json.Reset(output);
                FlowJson.WriteLost(json, lost);
                EndLine(json, output);
            }

            for (var i = 0; i < count; i++)
            {
                json.Reset(output);
                FlowJson.Write(json, in batch[i], in context);
                EndLine(json, output);
            }

            if (output.UnflushedBytes >= FlushBytes)
            {
                await output.FlushAsync(cancellation);
            }
        }

        await output.FlushAsync(cancellation);
    }

    /// <summary>Ends a line of NDJSON.</summary>
    internal static void EndLine(Utf8JsonWriter json, PipeWriter output)
    {
        json.Flush();
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
    }
}
