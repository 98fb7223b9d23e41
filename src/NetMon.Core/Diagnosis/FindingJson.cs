using System.Text.Json;

namespace NetMon.Core.Diagnosis;

/// <summary>Findings as JSON: <c>{"checks":[{"check":..,"status":..,"found":..,"advice":..}],"passed":1,"warned":0,"failed":0}</c>.</summary>
public static class FindingJson
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Finding> findings)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(findings);
        json.WriteStartObject();
        json.WriteStartArray("checks"u8);
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("check"u8, finding.Check);
            json.WriteString("status"u8, finding.Word);
            json.WriteString("found"u8, finding.Found);
            json.WriteString("advice"u8, finding.Advice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("passed"u8, Count(findings, FindingStatus.Pass));
        json.WriteNumber("warned"u8, Count(findings, FindingStatus.Warn));
        json.WriteNumber("failed"u8, Count(findings, FindingStatus.Fail));
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">It is not what <see cref="Write"/> writes.</exception>
    public static IReadOnlyList<Finding> Read(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        using var document = JsonDocument.ParseValue(ref reader);
        if (
            document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("checks"u8, out var checks)
            || checks.ValueKind != JsonValueKind.Array
        )
        {
            throw new JsonException("there are no checks in it");
        }

        return [.. checks.EnumerateArray().Select(ReadOne)];
    }

    private static Finding ReadOne(JsonElement one) =>
        Finding.TryParseStatus(Text(one, "status"), out var status)
            ? new Finding(Text(one, "check"), status, Text(one, "found"), Text(one, "advice"))
            : throw new JsonException("a check has no status");

    private static string Text(JsonElement one, string name) =>
        one.ValueKind == JsonValueKind.Object
        && one.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString() ?? ""
            : "";

    private static int Count(IReadOnlyList<Finding> findings, FindingStatus status) =>
        findings.Count(finding => finding.Status == status);
}
