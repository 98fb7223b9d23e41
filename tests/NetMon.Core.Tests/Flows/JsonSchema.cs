using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NetMon.Core.Tests.Flows;

/// <summary>
/// Checks JSON against a schema of JSON Schema 2020-12, for the keywords that this repository's schemas use; any other keyword is an
/// error, so that none is passed over in silence. Formats are asserted.
/// </summary>
internal sealed class JsonSchema(JsonElement root)
{
    public static JsonSchema Load(string path) => new(JsonDocument.Parse(File.ReadAllText(path)).RootElement);

    /// <summary>What is wrong, each with the place in the instance; empty if it is valid.</summary>
    public IReadOnlyList<string> Check(JsonElement instance)
    {
        var errors = new List<string>();
        Check(root, instance, "$", errors);
        return errors;
    }

    private bool IsValid(JsonElement schema, JsonElement instance)
    {
        var errors = new List<string>();
        Check(schema, instance, "$", errors);
        return errors.Count == 0;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            Expect(schema.GetBoolean(), at, "not allowed", errors);
            return;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            CheckKeyword(schema, keyword.Name, keyword.Value, value, at, errors);
        }
    }

    private void CheckKeyword(
        JsonElement schema,
        string keyword,
        JsonElement rule,
        JsonElement value,
        string at,
        List<string> errors
    )
    {
        var isObject = value.ValueKind == JsonValueKind.Object;
        var isText = value.ValueKind == JsonValueKind.String;
        switch (keyword)
        {
            case "$schema" or "$id" or "$defs" or "title" or "description" or "then" or "else":
                break;
            case "$ref":
                Check(Resolve(rule.GetString()!), value, at, errors);
                break;
            case "type":
                Expect(HasType(value, rule.GetString()!), at, $"not {rule}", errors);
                break;
            case "enum":
                Expect(
                    rule.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
                    at,
                    $"{value} is not one of {rule}",
                    errors
                );
                break;
            case "const":
                Expect(JsonElement.DeepEquals(rule, value), at, $"not {rule}", errors);
                break;
            case "pattern" when isText:
                Expect(
                    Regex.IsMatch(
                        value.GetString()!,
                        rule.GetString()!,
                        RegexOptions.ECMAScript,
                        TimeSpan.FromSeconds(1)
                    ),
                    at,
                    $"'{value}' does not match {rule}",
                    errors
                );
                break;
            case "minLength" when isText:
                Expect(value.GetString()!.Length >= rule.GetInt32(), at, "too short", errors);
                break;
            case "format" when isText:
                Expect(HasFormat(value.GetString()!, rule.GetString()!), at, $"no {rule}", errors);
                break;
            case "minimum" when value.ValueKind == JsonValueKind.Number:
                Expect(value.GetDecimal() >= rule.GetDecimal(), at, $"less than {rule}", errors);
                break;
            case "maximum" when value.ValueKind == JsonValueKind.Number:
                Expect(value.GetDecimal() <= rule.GetDecimal(), at, $"more than {rule}", errors);
                break;
            case "required" when isObject:
                foreach (var name in rule.EnumerateArray())
                {
                    Expect(value.TryGetProperty(name.GetString()!, out _), at, $"lacks {name}", errors);
                }

                break;
            case "dependentRequired" when isObject:
                foreach (var one in rule.EnumerateObject())
                {
                    if (value.TryGetProperty(one.Name, out _))
                    {
                        CheckKeyword(schema, "required", one.Value, value, at, errors);
                    }
                }

                break;
            case "minProperties" when isObject:
                Expect(value.GetPropertyCount() >= rule.GetInt32(), at, "too few members", errors);
                break;
            case "properties" when isObject:
                foreach (var one in rule.EnumerateObject())
                {
                    if (value.TryGetProperty(one.Name, out var member))
                    {
                        Check(one.Value, member, $"{at}.{one.Name}", errors);
                    }
                }

                break;
            case "additionalProperties" when isObject:
                foreach (var member in value.EnumerateObject())
                {
                    if (
                        !schema.TryGetProperty("properties", out var named)
                        || !named.TryGetProperty(member.Name, out _)
                    )
                    {
                        Check(rule, member.Value, $"{at}.{member.Name}", errors);
                    }
                }

                break;
            case "items" when value.ValueKind == JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    Check(rule, item, $"{at}[{index}]", errors);
                }

                break;
            case "anyOf":
                Expect(
                    rule.EnumerateArray().Any(one => IsValid(one, value)),
                    at,
                    $"'{value}' is none of {rule}",
                    errors
                );
                break;
            case "if":
                if (schema.TryGetProperty(IsValid(rule, value) ? "then" : "else", out var next))
                {
                    Check(next, value, at, errors);
                }

                break;
            case "pattern"
            or "minLength"
            or "format"
            or "minimum"
            or "maximum"
            or "required"
            or "dependentRequired"
            or "minProperties"
            or "properties"
            or "additionalProperties"
            or "items":
                break;
            default:
                throw new NotSupportedException($"keyword {keyword}");
        }
    }

    private JsonElement Resolve(string reference)
    {
        var schema = root;
        foreach (var part in reference.Split('/').Skip(1))
        {
            schema = schema.GetProperty(part);
        }

        return schema;
    }

    private static void Expect(bool holds, string at, string otherwise, List<string> errors)
    {
        if (!holds)
        {
            errors.Add($"{at}: {otherwise}");
        }
    }

    private static bool HasType(JsonElement value, string type) =>
        type switch
        {
            "array" => value.ValueKind == JsonValueKind.Array,
            "object" => value.ValueKind == JsonValueKind.Object,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "string" => value.ValueKind == JsonValueKind.String,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && decimal.IsInteger(value.GetDecimal()),
            _ => throw new NotSupportedException($"type {type}"),
        };

    private static bool HasFormat(string text, string format)
    {
        var family = format switch
        {
            "ipv4" => AddressFamily.InterNetwork,
            "ipv6" => AddressFamily.InterNetworkV6,
            _ => throw new NotSupportedException($"format {format}"),
        };
        return IPAddress.TryParse(text, out var address)
            && address.AddressFamily == family
            && (
                family == AddressFamily.InterNetworkV6
                || string.Equals(address.ToString(), text, StringComparison.Ordinal)
            );
    }
}
