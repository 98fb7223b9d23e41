using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetMon.Core.Flows;

/// <summary>Reads labels: the same object for all ends that have the same.</summary>
internal sealed class SharedLabelsConverter : JsonConverter<IReadOnlyDictionary<string, string>>
{
    private const int Places = 4096;
    private const int MostShared = 64;

    private static readonly IReadOnlyDictionary<string, string>?[] Recent = new IReadOnlyDictionary<
        string,
        string
    >?[Places];

    public override IReadOnlyDictionary<string, string> Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        var ahead = reader;
        var hash = new HashCode();
        while (ReadPair(ref ahead, out var key, out var value))
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        ref var place = ref Recent[hash.ToHashCode() & (Places - 1)];
        if (Volatile.Read(ref place) is { } known && IsNext(reader, known))
        {
            reader = ahead;
            return known;
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        while (ReadPair(ref reader, out var key, out var value))
        {
            labels[key] = value;
        }

        if (labels.Count <= MostShared)
        {
            Volatile.Write(ref place, labels);
        }

        return labels;
    }

    public override void Write(
        Utf8JsonWriter writer,
        IReadOnlyDictionary<string, string> value,
        JsonSerializerOptions options
    )
    {
        writer.WriteStartObject();
        foreach (var (key, text) in value)
        {
            writer.WriteString(key, text);
        }

        writer.WriteEndObject();
    }

    /// <summary>Whether what follows has these labels, and no others.</summary>
    private static bool IsNext(Utf8JsonReader json, IReadOnlyDictionary<string, string> labels)
    {
        var count = 0;
        while (ReadPair(ref json, out var key, out var value))
        {
            if (
                !labels.TryGetValue(key, out var known)
                || !string.Equals(known, value, StringComparison.Ordinal)
            )
            {
                return false;
            }

            count++;
        }

        return count == labels.Count;
    }

    /// <returns>False at the object's end.</returns>
    private static bool ReadPair(ref Utf8JsonReader json, out string key, out string value)
    {
        (key, value) = ("", "");
        if (!json.Read())
        {
            throw new JsonException();
        }

        if (json.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        key = SharedText.Read(ref json);
        if (!json.Read() || json.TokenType != JsonTokenType.String)
        {
            throw new JsonException();
        }

        value = SharedText.Read(ref json);
        return true;
    }
}
