using System.Text.Json;
using NetMon.Terminal.Documents;

namespace NetMon.Terminal.Settings;

/// <summary>A setting out of <c>/api/v1/config</c>; all texts are clean for a terminal.</summary>
internal sealed record ShownSetting(
    string Key,
    IReadOnlyList<string> Values,
    bool IsList,
    string Source,
    string Changes
)
{
    /// <summary>The value after a restart, and its source; null: the same.</summary>
    public string? Pending { get; init; }

    /// <summary>The value in one line.</summary>
    public string Value => Join(Values, IsList);

    public bool IsDefault => Source is "default";

    /// <exception cref="JsonException">It is not JSON.</exception>
    public static IReadOnlyList<ShownSetting> Read(ReadOnlyMemory<byte> document)
    {
        using var json = JsonDocument.Parse(document);
        return [.. json.RootElement.Items("settings").Select(Read)];
    }

    private static ShownSetting Read(JsonElement item)
    {
        var (values, isList) = ValueOf(item);
        var pending = item.Member("pending");
        return new(item.Text("key"), values, isList, item.Text("source"), item.Text("changes"))
        {
            Pending =
                pending.ValueKind == JsonValueKind.Object && ValueOf(pending) is var (after, afterIsList)
                    ? $"{Join(after, afterIsList)} ({pending.Text("source")})"
                    : null,
        };
    }

    private static (IReadOnlyList<string> Values, bool IsList) ValueOf(JsonElement item) =>
        item.Member("value").ValueKind == JsonValueKind.Array
            ? ([.. item.Texts("value")], true)
            : ([item.Text("value")], false);

    private static string Join(IReadOnlyList<string> values, bool isList) =>
        isList ? $"[{string.Join(", ", values)}]" : values[0];
}
