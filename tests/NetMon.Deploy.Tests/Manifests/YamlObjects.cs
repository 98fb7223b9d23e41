using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NetMon.Deploy.Tests.Manifests;

/// <summary>Reads YAML documents as the JSON that an API server would get.</summary>
internal static class YamlObjects
{
    /// <summary>The documents, by kind and name.</summary>
    public static SortedDictionary<string, JsonObject> Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var objects = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var document in stream.Documents)
        {
            if (Convert(document.RootNode) is JsonObject item)
            {
                objects.Add($"{item["kind"]}/{item["metadata"]!["name"]}", item);
            }
        }

        return objects;
    }

    public static JsonNode? Convert(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => new JsonObject(
                map.Children.Select(entry =>
                    KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Convert(entry.Value))
                )
            ),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
            YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
            YamlScalarNode scalar => JsonValue.Create(scalar.Value),
            _ => throw new NotSupportedException(node.GetType().Name),
        };

    private static JsonValue? Plain(string text) =>
        text switch
        {
            "" or "null" or "~" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(
                    text,
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var number
                ) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
}
