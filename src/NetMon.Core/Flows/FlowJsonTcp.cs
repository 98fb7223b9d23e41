using System.Text.Json;

namespace NetMon.Core.Flows;

/// <summary>Writes what TCP tells of a flow. Of troubles that most connections never have, what is 0 is left out.</summary>
internal static class FlowJsonTcp
{
    private const int NanosecondsPerMicrosecond = 1000;

    public static void Write(Utf8JsonWriter json, in Flow flow, in FlowCounts counts)
    {
        Span<byte> flags = stackalloc byte[FlowJsonText.MaxLength];
        json.WriteStartObject("tcp"u8);
        json.WriteString("flags_sent"u8, flags[..FlowJsonText.WriteTcpFlags(flags, flow.TcpFlagsSent)]);
        json.WriteString(
            "flags_received"u8,
            flags[..FlowJsonText.WriteTcpFlags(flags, flow.TcpFlagsReceived)]
        );
        WriteIfAny(json, "connect_us"u8, flow.ConnectUs);
        WriteIfAny(json, "syn_synack_us"u8, flow.SynToSynAckUs);
        WriteIfAny(json, "synack_ack_us"u8, flow.SynAckToAckUs);
        WriteIfAny(json, "first_byte_us"u8, flow.FirstByteUs);
        WriteIfAny(json, "mss_sent"u8, flow.MssSent);
        WriteIfAny(json, "mss_received"u8, flow.MssReceived);
        json.WriteNumber("retransmits_sent"u8, counts.RetransmitsSent);
        json.WriteNumber("retransmits_received"u8, counts.RetransmitsReceived);
        json.WriteNumber("retransmitted_bytes_sent"u8, counts.RetransmittedBytesSent);
        json.WriteNumber("retransmitted_bytes_received"u8, counts.RetransmittedBytesReceived);
        json.WriteNumber("zero_windows"u8, counts.ZeroWindowsSent + counts.ZeroWindowsReceived);
        json.WriteNumber("resets"u8, counts.ResetsSent + counts.ResetsReceived);
        json.WriteNumber("syn_retries"u8, counts.SynRetries);
        WriteTroubles(json, in counts.SourceHealth, in counts.DestinationHealth);
        WriteZeroWindow(json, "zero_window_us_sent"u8, in flow.Total.SourceHealth, in counts.SourceHealth);
        WriteZeroWindow(
            json,
            "zero_window_us_received"u8,
            in flow.Total.DestinationHealth,
            in counts.DestinationHealth
        );
        WriteRoundTrips(json, in flow, in counts);
        json.WriteEndObject();
    }

    private static void WriteTroubles(Utf8JsonWriter json, in EndHealth sent, in EndHealth received)
    {
        WriteIfAny(json, "fast_retransmits_sent"u8, sent.FastRetransmits);
        WriteIfAny(json, "fast_retransmits_received"u8, received.FastRetransmits);
        WriteIfAny(json, "timeout_retransmits_sent"u8, sent.TimeoutRetransmits);
        WriteIfAny(json, "timeout_retransmits_received"u8, received.TimeoutRetransmits);
        WriteIfAny(json, "spurious_retransmits_sent"u8, sent.SpuriousRetransmits);
        WriteIfAny(json, "spurious_retransmits_received"u8, received.SpuriousRetransmits);
        WriteIfAny(json, "out_of_order_sent"u8, sent.OutOfOrder);
        WriteIfAny(json, "out_of_order_received"u8, received.OutOfOrder);
        WriteIfAny(json, "duplicate_acks_sent"u8, sent.DuplicateAcks);
        WriteIfAny(json, "duplicate_acks_received"u8, received.DuplicateAcks);
        WriteIfAny(json, "gaps_sent"u8, sent.Gaps);
        WriteIfAny(json, "gaps_received"u8, received.Gaps);
        WriteIfAny(json, "window_full_sent"u8, sent.WindowFull);
        WriteIfAny(json, "window_full_received"u8, received.WindowFull);
    }

    // Steps add up to the total, to the microsecond.
    private static void WriteZeroWindow(
        Utf8JsonWriter json,
        ReadOnlySpan<byte> name,
        in EndHealth total,
        in EndHealth step
    ) =>
        WriteIfAny(
            json,
            name,
            (total.ZeroWindowNs / NanosecondsPerMicrosecond)
                - ((total.ZeroWindowNs - step.ZeroWindowNs) / NanosecondsPerMicrosecond)
        );

    private static void WriteRoundTrips(Utf8JsonWriter json, in Flow flow, in FlowCounts counts)
    {
        if (counts.SourceHealth.RoundTrips == 0 && counts.DestinationHealth.RoundTrips == 0)
        {
            return;
        }

        json.WriteStartObject("rtt"u8);
        WriteRoundTrips(json, "source"u8, in counts.SourceHealth, flow.SourceRoundTrips);
        WriteRoundTrips(json, "destination"u8, in counts.DestinationHealth, flow.DestinationRoundTrips);
        json.WriteEndObject();
    }

    private static void WriteRoundTrips(
        Utf8JsonWriter json,
        ReadOnlySpan<byte> name,
        in EndHealth health,
        RoundTripExtremes extremes
    )
    {
        if (health.RoundTrips == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("samples"u8, health.RoundTrips);
        json.WriteNumber("min_us"u8, extremes.MinUs);
        json.WriteNumber("mean_us"u8, health.RoundTripSumUs / health.RoundTrips);
        json.WriteNumber("max_us"u8, extremes.MaxUs);
        json.WriteEndObject();
    }

    private static void WriteIfAny(Utf8JsonWriter json, ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }
}
