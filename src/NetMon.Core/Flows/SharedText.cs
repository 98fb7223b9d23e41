using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetMon.Core.Flows;

/// <summary>
/// Strings that were read lately, so that a list of flows holds each name once and not once per flow: a million flows of a cluster would take
/// 5 GB otherwise. A place for each hash, the latest wins; any thread may use it.
/// </summary>
internal static class SharedText
{
    private const int Places = 8192;
    private const int LongestShared = 256;

    private static readonly string?[] Recent = new string?[Places];

    public static string Read(ref Utf8JsonReader json)
    {
        if (json.HasValueSequence || json.ValueIsEscaped || json.ValueSpan.Length > LongestShared)
        {
            return json.GetString()!;
        }

        var hash = new HashCode();
        hash.AddBytes(json.ValueSpan);
        ref var place = ref Recent[hash.ToHashCode() & (Places - 1)];
        if (Volatile.Read(ref place) is { } known && json.ValueTextEquals(known))
        {
            return known;
        }

        var text = json.GetString()!;
        Volatile.Write(ref place, text);
        return text;
    }
}

/// <summary>Reads strings as <see cref="SharedText"/>.</summary>
internal sealed class SharedTextConverter : JsonConverter<string>
{
    public override string Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => reader.TokenType == JsonTokenType.String ? SharedText.Read(ref reader) : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
