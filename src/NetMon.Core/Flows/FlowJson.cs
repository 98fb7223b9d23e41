using System.Text.Json;
using NetMon.Core.Drops;
using NetMon.Core.Endpoints;

namespace NetMon.Core.Flows;

/// <summary>What the JSON of a flow needs that the flow does not hold.</summary>
/// <param name="WallOffsetNs">Nanoseconds to add to a time of CLOCK_MONOTONIC to have nanoseconds of the Unix epoch.</param>
/// <param name="InterfaceName">The name of an interface by its index; null if it has none (any more).</param>
public readonly record struct FlowJsonContext(long WallOffsetNs, Func<int, string?> InterfaceName);

/// <summary>Writes flows in the shape of <c>docs/flow.schema.json</c>. Allocates nothing itself.</summary>
public static class FlowJson
{
    /// <summary>A flow as it is now: counts since its start.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="context">What it does not hold.</param>
    /// <param name="ended">It is over.</param>
    public static void Write(
        Utf8JsonWriter json,
        in Flow flow,
        in FlowJsonContext context,
        bool ended = false
    )
    {
        json.WriteStartObject();
        WriteId(json, in flow);
        if (ended)
        {
            json.WriteBoolean("ended"u8, value: true);
        }

        WriteMembers(json, in flow, in flow.Total, in context);
        json.WriteEndObject();
    }

    /// <summary>A step of a flow: the flow after it, with the counts since the step before.</summary>
    public static void Write(Utf8JsonWriter json, in FlowEvent step, in FlowJsonContext context)
    {
        json.WriteStartObject();
        WriteId(json, in step.Flow);
        json.WriteString("event"u8, step.Kind.Word());
        WriteMembers(json, in step.Flow, in step.Delta, in context);
        json.WriteEndObject();
    }

    /// <summary>The line of a stream that says how many records it lost.</summary>
    public static void WriteLost(Utf8JsonWriter json, long lost)
    {
        json.WriteStartObject();
        json.WriteNumber("lost"u8, lost);
        json.WriteEndObject();
    }

    /// <summary>A time of CLOCK_MONOTONIC as RFC 3339 in UTC, to the microsecond.</summary>
    public static void WriteTime(
        Utf8JsonWriter json,
        ReadOnlySpan<byte> name,
        ulong monotonicNs,
        in FlowJsonContext context
    )
    {
        Span<byte> text = stackalloc byte[FlowJsonText.MaxLength];
        var length = FlowJsonText.WriteTime(text, (long)monotonicNs + context.WallOffsetNs);
        json.WriteString(name, text[..length]);
    }

    private static void WriteId(Utf8JsonWriter json, in Flow flow)
    {
        Span<byte> text = stackalloc byte[FlowJsonText.MaxLength];
        flow.Identity.Number.TryFormat(text, out var length, "x16");
        json.WriteString("id"u8, text[..length]);
    }

    private static void WriteMembers(
        Utf8JsonWriter json,
        in Flow flow,
        in FlowCounts counts,
        in FlowJsonContext context
    )
    {
        WriteTime(json, "start"u8, flow.StartNs, in context);
        WriteTime(json, "last"u8, flow.LastNs, in context);
        json.WriteString("protocol"u8, IpProtocolNames.Name(flow.Protocol));
        json.WriteString("state"u8, flow.State.Word());
        json.WriteString("status"u8, flow.Status.Word());
        json.WriteString("direction"u8, flow.Direction.Word());
        WriteRelations(json, in flow.Attribution);
        if (flow.Attribution.AppProtocol is { } spoken)
        {
            json.WriteString("app_protocol"u8, spoken.Word);
            json.WriteString("app_protocol_basis"u8, spoken.BasisWord);
        }

        FlowJsonEnd.Write(json, "source"u8, in flow, isSource: true, in context);
        FlowJsonEnd.Write(json, "destination"u8, in flow, isSource: false, in context);
        WriteTraffic(json, "sent"u8, in counts.Sent);
        WriteTraffic(json, "received"u8, in counts.Received);
        if (flow.Protocol == IpProtocol.Tcp)
        {
            FlowJsonTcp.Write(json, in flow, in counts);
        }

        if (IpProtocol.IsIcmp(flow.Protocol) || flow.Total.IcmpErrors > 0)
        {
            WriteIcmp(json, in flow, in counts);
        }

        json.WriteString("class"u8, flow.Class.Word());
        if (flow.Weight > 1)
        {
            json.WriteNumber("sampling_rate"u8, flow.Weight);
        }

        if (flow.Cause != FlowCause.None)
        {
            json.WriteString("cause"u8, flow.Cause.Word());
        }

        if (flow.Drops is { } drops)
        {
            WriteDrops(json, drops);
        }
    }

    private static void WriteRelations(Utf8JsonWriter json, in FlowAttribution attribution)
    {
        if (attribution.Scope != FlowScope.Unknown)
        {
            json.WriteString("scope"u8, attribution.Scope.Word());
        }

        if (attribution.Traffic() is var traffic and not FlowTraffic.Unknown)
        {
            json.WriteString("traffic"u8, traffic.Word());
        }

        if (attribution.SameNode() is { } sameNode)
        {
            json.WriteBoolean("same_node"u8, sameNode);
        }

        if (attribution.SameZone() is { } sameZone)
        {
            json.WriteBoolean("same_zone"u8, sameZone);
        }
    }

    private static void WriteTraffic(Utf8JsonWriter json, ReadOnlySpan<byte> name, in Traffic traffic)
    {
        json.WriteStartObject(name);
        json.WriteNumber("bytes"u8, traffic.Bytes);
        json.WriteNumber("packets"u8, traffic.Packets);
        json.WriteEndObject();
    }

    private static void WriteDrops(Utf8JsonWriter json, FlowDrops drops)
    {
        json.WriteStartArray("drops"u8);
        foreach (var drop in drops.Reasons)
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, drop.Reason);
            json.WriteNumber("sent_packets"u8, drop.SentPackets);
            json.WriteNumber("sent_bytes"u8, drop.SentBytes);
            json.WriteNumber("received_packets"u8, drop.ReceivedPackets);
            json.WriteNumber("received_bytes"u8, drop.ReceivedBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteIcmp(Utf8JsonWriter json, in Flow flow, in FlowCounts counts)
    {
        json.WriteStartObject("icmp"u8);
        if (IpProtocol.IsIcmp(flow.Protocol))
        {
            json.WriteNumber("type"u8, flow.IcmpType);
            json.WriteNumber("code"u8, flow.IcmpCode);
            if (IsEcho(flow.Protocol, flow.IcmpType))
            {
                json.WriteNumber("id"u8, flow.Source.Port);
            }
        }

        if (flow.Total.IcmpErrors > 0)
        {
            json.WriteNumber("error_type"u8, flow.IcmpErrorType);
            json.WriteNumber("error_code"u8, flow.IcmpErrorCode);
            json.WriteNumber("errors"u8, counts.IcmpErrors);
        }

        json.WriteEndObject();
    }

    private static bool IsEcho(byte protocol, byte type) =>
        protocol == IpProtocol.Icmp ? type is 0 or 8 : type is 128 or 129;
}
