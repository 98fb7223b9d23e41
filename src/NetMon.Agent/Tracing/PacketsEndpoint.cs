using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using NetMon.Agent.Api;
using NetMon.Agent.Drops;
using NetMon.Bpf;
using NetMon.Bpf.Drops;
using NetMon.Bpf.Tracing;

namespace NetMon.Agent.Tracing;

/// <summary><c>/api/v1/debug/packets</c>: each packet's way, one JSON object per packet (NDJSON), until the time is over.</summary>
/// <remarks>
/// Its programs are in the kernel while it is asked only. The first line says that it has begun, the last one what was lost. A reader that is
/// slow makes the ring fill: its losses are counted.
/// </remarks>
internal sealed class PacketsEndpoint(WallClock clock)
{
    private const int BatchSize = 256;
    private const int FlushBytes = 32 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>After which a packet of which nothing more is seen is told: long enough for a process to read it.</summary>
    private const ulong QuietNs = 500_000_000;

    private int _busy;

    public async Task HandleAsync(HttpContext context)
    {
        if (TryRead(context.Request.Query, out var filter, out var duration, out var max) is { } problem)
        {
            await JsonError.WriteAsync(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "packets are being traced for somebody else; one at a time"
            );
            return;
        }

        try
        {
            using var program = await Task.Run(() => PacketTraceProgram.Load(filter), context.RequestAborted);
            await TraceAsync(context, program, duration, max);
        }
        catch (BpfException error) when (!context.Response.HasStarted)
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                error.Message.Split('\n')[0]
            );
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private async Task TraceAsync(HttpContext context, PacketTraceProgram program, TimeSpan duration, int max)
    {
        context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(context.RequestAborted);
        var output = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        var texts = new PacketJson(
            new DropReasons(DropReasonNames.Read()),
            DropFeature.OwnNetns(),
            () => clock.OffsetNs
        );
        var told = 0;
        var tracker = new PacketTracker(
            packet =>
            {
                if (told < max)
                {
                    told++;
                    json.Reset(output);
                    texts.Write(json, packet);
                    FlowStream.EndLine(json, output);
                }
            },
            program.AttachedNs
        );
        WriteBegin(json, output, program, duration);
        await output.FlushAsync(context.RequestAborted);
        var end = WallClock.MonotonicNs + (ulong)duration.TotalNanoseconds;
        while (told < max && WallClock.MonotonicNs < end)
        {
            await Task.Run(() => program.Ring.Wait(Pace), context.RequestAborted);
            while (
                told < max
                && output.UnflushedBytes < FlushBytes
                && program.Ring.Consume(ref tracker, BatchSize) == BatchSize
            ) { }

            tracker.FinishOlderThan(WallClock.MonotonicNs - QuietNs);
            await output.FlushAsync(context.RequestAborted);
        }

        program.Ring.Consume(ref tracker, int.MaxValue);
        tracker.FinishOlderThan(ulong.MaxValue);
        WriteEnd(json, output, program, told);
        await output.FlushAsync(context.RequestAborted);
    }

    private void WriteBegin(
        Utf8JsonWriter json,
        PipeWriter output,
        PacketTraceProgram program,
        TimeSpan duration
    )
    {
        json.Reset(output);
        json.WriteStartObject();
        json.WriteBoolean("tracing"u8, value: true);
        json.WriteString("until"u8, clock.Now + duration);
        json.WriteStartArray("missing"u8);
        foreach (var missing in program.Missing)
        {
            json.WriteStringValue(missing);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        FlowStream.EndLine(json, output);
    }

    private static void WriteEnd(Utf8JsonWriter json, PipeWriter output, PacketTraceProgram program, int told)
    {
        var counters = program.ReadCounters();
        json.Reset(output);
        json.WriteStartObject();
        json.WriteBoolean("tracing"u8, value: false);
        json.WriteNumber("packets"u8, told);
        json.WriteNumber("events"u8, counters.Events);
        json.WriteNumber("lost_events"u8, counters.Lost);
        json.WriteNumber("limited_packets"u8, counters.Limited);
        json.WriteNumber("untold_packets"u8, counters.Untold);
        json.WriteNumber("missed_points"u8, program.ReadMissed());
        json.WriteEndObject();
        FlowStream.EndLine(json, output);
    }

    /// <returns>Null if nothing is wrong; else what.</returns>
    private static string? TryRead(
        IQueryCollection query,
        out PacketFilter filter,
        out TimeSpan duration,
        out int max
    )
    {
        duration = Usual;
        max = int.MaxValue;
        if (PacketFilterText.TryParse(query["filter"], out filter) is { } problem)
        {
            return problem;
        }

        if (query["duration"].ToString() is { Length: > 0 } seconds)
        {
            if (
                !double.TryParse(
                    seconds,
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var value
                )
                // "NaN" is read whatever the style, and compares as nothing.
                || !(value > 0 && value <= Longest.TotalSeconds)
            )
            {
                return $"duration: '{seconds}' is not a number of seconds, at most {Longest.TotalSeconds:0}";
            }

            duration = TimeSpan.FromSeconds(value);
        }

        var count = query["max"].ToString();
        return
            count.Length == 0
            || (int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out max) && max > 0)
            ? null
            : $"max: '{count}' is not a number of packets";
    }
}
