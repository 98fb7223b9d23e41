using System.Text.Json;

namespace NetMon.Lab.ApiServer.Storage;

/// <summary>An object as it was at one resource version. Never changes.</summary>
/// <param name="Key"><c>namespace/name</c>, or <c>name</c>: the order of lists.</param>
/// <param name="Json">UTF-8, without kind and apiVersion, as the items of a list are.</param>
/// <param name="Metadata">Where in <paramref name="Json"/> the value of <c>metadata</c> is.</param>
/// <param name="VersionText">Where in <paramref name="Json"/> the digits of the resource version are.</param>
internal sealed record StoredObject(
    string Key,
    string Namespace,
    string Name,
    string Uid,
    ulong ResourceVersion,
    byte[] Json,
    Range Metadata,
    Range VersionText,
    SelectableFields Fields
)
{
    private KeyValuePair<string, string>[]? _labels;

    public ReadOnlySpan<byte> MetadataJson => Json.AsSpan(Metadata);

    /// <summary>Read when a selector first asks.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels => _labels ??= ReadLabels(MetadataJson);

    /// <summary>A stand-in that only a search by key may use.</summary>
    public static StoredObject Probe(string key) => new(key, "", "", "", 0, [], default, default, default);

    /// <summary>The same object, as the event of its deletion carries it.</summary>
    public StoredObject At(ulong version)
    {
        var (start, length) = VersionText.GetOffsetAndLength(Json.Length);
        var digits = System.Text.Encoding.ASCII.GetBytes(version.ToString());
        byte[] json = [.. Json.AsSpan(0, start), .. digits, .. Json.AsSpan(start + length)];
        var growth = digits.Length - length;
        return this with
        {
            ResourceVersion = version,
            Json = json,
            Metadata = Metadata.Start..(Metadata.End.Value + growth),
            VersionText = start..(start + digits.Length),
        };
    }

    private static KeyValuePair<string, string>[] ReadLabels(ReadOnlySpan<byte> metadata)
    {
        var reader = new Utf8JsonReader(metadata);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var wanted = reader.ValueTextEquals("labels"u8);
            reader.Read();
            if (wanted)
            {
                return reader.TokenType == JsonTokenType.StartObject ? ReadPairs(ref reader) : [];
            }

            reader.Skip();
        }

        return [];
    }

    private static KeyValuePair<string, string>[] ReadPairs(ref Utf8JsonReader reader)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString() ?? "";
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                pairs.Add(new(name, reader.GetString() ?? ""));
            }

            reader.Skip();
        }

        return [.. pairs];
    }
}

/// <summary>What field selectors can ask of a pod; empty in other objects.</summary>
internal readonly record struct SelectableFields(string Node, string PodIp, string Phase, bool HostNetwork);
