using System.Text.Json;

namespace NetMon.Agent.Settings;

/// <summary>Settings as JSON: <c>{"file":...,"reloads":{...},"settings":[{"key":...,"value":...,"source":...,"changes":...}]}</c>.</summary>
public static class SettingsJson
{
    /// <param name="json">Where it goes.</param>
    /// <param name="settings">What they come from.</param>
    /// <param name="list">Those to be shown.</param>
    public static void Write(Utf8JsonWriter json, IAgentSettings settings, IEnumerable<SettingView> list)
    {
        json.WriteStartObject();
        json.WriteString("file"u8, settings.File);
        Write(json, settings.Reloads);
        json.WriteStartArray("settings"u8);
        foreach (var setting in list)
        {
            Write(json, setting);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReloadHistory reloads)
    {
        json.WriteStartObject("reloads"u8);
        json.WriteNumber("accepted"u8, reloads.Accepted);
        json.WriteNumber("refused"u8, reloads.Refused);
        if (reloads.Time is { } time)
        {
            json.WriteString("last"u8, time);
        }

        json.WriteStartArray("errors"u8);
        foreach (var error in reloads.Errors)
        {
            json.WriteStringValue(error);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SettingView setting)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, setting.Key);
        WriteValue(json, setting.Values, setting.IsList);
        json.WriteString("source"u8, setting.Source);
        json.WriteString("changes"u8, setting.IsLive ? "live"u8 : "restart"u8);
        if (setting.Pending is { } pending)
        {
            json.WriteStartObject("pending"u8);
            WriteValue(json, pending.Values, setting.IsList);
            json.WriteString("source"u8, pending.Source);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, IReadOnlyList<string> values, bool isList)
    {
        if (!isList)
        {
            json.WriteString("value"u8, values[0]);
            return;
        }

        json.WriteStartArray("value"u8);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
