using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace NetMon.Terminal.Flows.Pairs;

/// <summary>Sums over pairs of ends as JSON, with exact figures; the members are those of docs/cli.md.</summary>
internal static class PairDocument
{
    /// <param name="time">When the agent listed the flows.</param>
    public static ReadOnlySpan<byte> Write(
        DateTimeOffset time,
        PairSubject subject,
        IReadOnlyList<FlowPair> pairs
    )
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("time", Text(time));
            json.WriteString("by", subject.Word());
            json.WriteStartArray("pairs");
            foreach (var pair in pairs)
            {
                Write(json, pair);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return text.WrittenSpan;
    }

    private static void Write(Utf8JsonWriter json, FlowPair pair)
    {
        json.WriteStartObject();
        json.WriteString("source", pair.Source);
        json.WriteString("destination", pair.Destination);
        json.WriteNumber("flows", pair.Flows);
        json.WriteNumber("failed", pair.Failed);
        json.WriteNumber("sent_bytes", pair.SentBytes);
        json.WriteNumber("received_bytes", pair.ReceivedBytes);
        json.WriteNumber("packets", pair.Packets);
        json.WriteNumber("retransmits", pair.Retransmits);
        if (pair.RoundTripUs is { } roundTrip)
        {
            json.WriteNumber("round_trip_us", roundTrip);
        }

        json.WriteString("start", Text(pair.Oldest));
        json.WriteString("last", Text(pair.Last));
        json.WriteEndObject();
    }

    /// <summary>As the API writes times.</summary>
    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
