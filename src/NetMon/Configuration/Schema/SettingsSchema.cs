using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NetMon.Configuration.Schema;

/// <summary>A JSON schema (draft 2020-12) of the settings' file. What it refuses the agent refuses, too; the agent checks more.</summary>
internal static class SettingsSchema
{
    public static void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(
            output,
            new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );
        json.WriteStartObject();
        json.WriteString("$schema"u8, "https://json-schema.org/draft/2020-12/schema");
        json.WriteString("title"u8, "Settings of netmon agent");
        WriteSection(json, "");
        json.WriteEndObject();
    }

    /// <param name="json">In an object.</param>
    /// <param name="prefix">The section's name and a dot; empty: the document.</param>
    private static void WriteSection(Utf8JsonWriter json, string prefix)
    {
        // A section of which every line is commented out is null.
        json.WriteStartArray("type"u8);
        json.WriteStringValue("object"u8);
        json.WriteStringValue("null"u8);
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties"u8, false);
        json.WriteStartObject("properties"u8);
        foreach (var name in NamesIn(prefix))
        {
            json.WriteStartObject(name);
            if (SettingTable.Find(prefix + name) is { } setting)
            {
                WriteSetting(json, setting);
            }
            else
            {
                WriteSection(json, prefix + name + ".");
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static IEnumerable<string> NamesIn(string prefix) =>
        SettingTable
            .All.Where(setting => setting.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(setting => setting.Key[prefix.Length..].Split('.')[0])
            .Distinct(StringComparer.Ordinal);

    private static void WriteSetting(Utf8JsonWriter json, Setting setting)
    {
        json.WriteString("description"u8, setting.Meaning ?? setting.Summary);
        var texts = setting.Texts(new());
        json.WritePropertyName("default"u8);
        if (!setting.IsList)
        {
            json.WriteStringValue(texts[0]);
            json.WritePropertyName("allOf"u8);
            json.WriteRawValue($"[{setting.Schema}]");
            return;
        }

        json.WriteStartArray();
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();

        // A value by itself is a list of one.
        json.WriteStartArray("anyOf"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "array"u8);
        json.WriteNumber("maxItems"u8, setting.MaxItems);
        json.WritePropertyName("items"u8);
        json.WriteRawValue(setting.Schema);
        json.WriteEndObject();
        json.WriteRawValue(setting.Schema);
        json.WriteEndArray();
    }
}
