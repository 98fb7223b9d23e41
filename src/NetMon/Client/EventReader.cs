using System.Buffers;
using System.Text.Json;
using NetMon.Core.Detections.Events;

namespace NetMon.Client;

/// <summary>Reads the answers of <c>/api/v1/events</c>.</summary>
internal static class EventReader
{
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static async Task<SecurityEventListView> ReadListAsync(
        Stream body,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(
                    body,
                    SecurityEventContext.Default.SecurityEventListView,
                    cancellationToken
                ) ?? throw new InvalidDataException("the answer is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("the answer is no list of events", e);
        }
    }

    /// <returns>Null for a line that tells a loss, or something else.</returns>
    public static SecurityEventView? ReadLine(in ReadOnlySequence<byte> text)
    {
        try
        {
            var json = new Utf8JsonReader(text);
            return JsonSerializer.Deserialize(ref json, SecurityEventContext.Default.SecurityEventView);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
