using System.Text.Json;

namespace NetMon.Terminal.Documents;

/// <summary>Reads members of an answer, whether they are there or not: another version's may be missing.</summary>
internal static class JsonFields
{
    /// <summary>A member that is an object; undefined if there is none.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)
            ? member
            : default;

    /// <summary>A member's text, clean for a terminal; empty if there is none.</summary>
    public static string Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } member
            ? TerminalText.Clean(member.GetString())
            : "";

    /// <summary>A member's number; null if there is none.</summary>
    public static double? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } member
        && member.TryGetDouble(out var number)
            ? number
            : null;

    /// <summary>Whether a member is true.</summary>
    public static bool Is(this JsonElement element, string name) =>
        element.Member(name).ValueKind == JsonValueKind.True;

    /// <summary>A member's items; none if there is none.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The texts in a member that is a list, clean for a terminal.</summary>
    public static IEnumerable<string> Texts(this JsonElement element, string name) =>
        element
            .Items(name)
            .Where(item => item.ValueKind == JsonValueKind.String)
            .Select(item => TerminalText.Clean(item.GetString()));
}
