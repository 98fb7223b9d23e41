using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Flows;
using NetMon.Agent.Options;
using NetMon.Core.Flows;

namespace NetMon.Agent.Api;

/// <summary>Writes the active flows as one JSON object: <c>{"time":...,"total":N,"flows":[...]}</c>.</summary>
/// <remarks>
/// The table is walked twice: (1) note the rank and slot of each flow that passes the filter, 12 bytes a flow, and sort them;
/// (2) write the flows in that order, a few at a time. So a list of a million flows takes 12 MB, not the size of its text. A flow that
/// ends in between is left out. Who asks what became of flows also gets those that failed and ended lately.
/// </remarks>
internal sealed class FlowList(
    FlowTable table,
    RecentFailures failures,
    WallClock clock,
    Func<int, string?> interfaceName
)
{
    private const int FlushBytes = 32 * 1024;

    private readonly Turns _turns = new(new PerformanceOptions().Workers);

    /// <summary>Lists at once; others wait. From any thread.</summary>
    public int AtOnce
    {
        set => _turns.AtOnce = value;
    }

    public async Task WriteAsync(HttpContext context, FlowQuery query)
    {
        context.Response.ContentType = JsonError.ContentType;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var output = context.Response.BodyWriter;
        await _turns.RunAsync(context, token => WriteAsync(output, query, token));
    }

    private async Task WriteAsync(PipeWriter output, FlowQuery query, CancellationToken cancellation)
    {
        var ended = query.Filter.AsksForOutcome ? failures.Find(query.Filter) : [];
        var slots = Rank(query, ended); // (1)
        var written = Math.Min(slots.Length, query.Last ?? int.MaxValue);
        var json = new FlowJsonContext(clock.OffsetNs, interfaceName);

        await using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        FlowJson.WriteTime(writer, "time"u8, WallClock.MonotonicNs, in json);
        writer.WriteNumber("total"u8, slots.Length);
        writer.WriteStartArray("flows"u8);
        for (var i = 0; i < written; i++) // (2)
        {
            if (slots[i] < 0)
            {
                FlowJson.Write(writer, in ended[~slots[i]], in json, ended: true);
            }
            else
            {
                Write(writer, slots[i], query.Filter, in json);
            }

            if (output.UnflushedBytes + writer.BytesPending >= FlushBytes)
            {
                writer.Flush();
                await output.FlushAsync(cancellation);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        await output.FlushAsync(cancellation);
    }

    /// <returns>Slots of the table; what is negative is the complement of an index of those that ended.</returns>
    private int[] Rank(FlowQuery query, Flow[] ended)
    {
        var limit = table.SlotLimit;
        var room = Math.Min(limit, table.Count + FlowSlabs.SlabSize) + ended.Length;
        var ranks = new ulong[room];
        var slots = new int[room];
        var count = 0;
        for (; count < ended.Length; count++)
        {
            ranks[count] = ~query.Sort.Rank(in ended[count]);
            slots[count] = ~count;
        }

        for (var slot = 0; slot < limit && count < room; slot++)
        {
            if (table.TryRead(slot, out var flow) && query.Filter.Matches(in flow))
            {
                ranks[count] = ~query.Sort.Rank(in flow);
                slots[count++] = slot;
            }
        }

        Array.Sort(ranks, slots, 0, count);
        Array.Resize(ref slots, count);
        return slots;
    }

    // The place may have another flow by now: it is as good as any if it passes the filter.
    private void Write(Utf8JsonWriter writer, int slot, FlowFilter filter, in FlowJsonContext json)
    {
        if (table.TryRead(slot, out var flow) && filter.Matches(in flow))
        {
            FlowJson.Write(writer, in flow, in json);
        }
    }
}
