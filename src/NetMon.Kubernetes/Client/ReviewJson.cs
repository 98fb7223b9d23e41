using System.Buffers;
using System.Text.Json;

namespace NetMon.Kubernetes.Client;

/// <summary>Whose a token is: what of a TokenReview's answer goes into the question what they may do.</summary>
internal sealed record ReviewedUser(
    string Name,
    string Id,
    IReadOnlyList<string> Groups,
    IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Extra
);

/// <summary>The JSON of authentication.k8s.io/v1 TokenReview and authorization.k8s.io/v1 SubjectAccessReview.</summary>
internal static class ReviewJson
{
    public const string TokenPath = "/apis/authentication.k8s.io/v1/tokenreviews";
    public const string AccessPath = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

    private const int LongestAnswer = 256 * 1024;

    public static byte[] WriteToken(string token) =>
        Write("authentication.k8s.io/v1", "TokenReview", json => json.WriteString("token"u8, token));

    public static byte[] WriteAccess(ReviewedUser user, string path, string verb) =>
        Write(
            "authorization.k8s.io/v1",
            "SubjectAccessReview",
            json =>
            {
                json.WriteString("user"u8, user.Name);
                json.WriteString("uid"u8, user.Id);
                WriteList(json, "groups", user.Groups);
                json.WriteStartObject("extra"u8);
                foreach (var (name, values) in user.Extra)
                {
                    WriteList(json, name, values);
                }

                json.WriteEndObject();
                json.WriteStartObject("nonResourceAttributes"u8);
                json.WriteString("path"u8, path);
                json.WriteString("verb"u8, verb);
                json.WriteEndObject();
            }
        );

    /// <exception cref="InvalidDataException">It is too long.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static async Task<JsonElement> ParseAsync(Stream body, CancellationToken cancellation)
    {
        var text = new byte[LongestAnswer];
        var length = await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellation);
        if (length == text.Length)
        {
            throw new InvalidDataException($"a review longer than {LongestAnswer} bytes");
        }

        using var document = JsonDocument.Parse(text.AsMemory(0, length));
        return document.RootElement.Clone();
    }

    /// <returns>Null if the server does not know the token.</returns>
    public static ReviewedUser? ReadUser(JsonElement review)
    {
        if (
            !TryGet(review, "status", out var status)
            || !TryGet(status, "authenticated", out var authenticated)
            || authenticated.ValueKind != JsonValueKind.True
            || !TryGet(status, "user", out var user)
        )
        {
            return null;
        }

        var name = Text(user, "username");
        if (name.Length == 0)
        {
            return null;
        }

        var extra = new List<KeyValuePair<string, IReadOnlyList<string>>>();
        if (TryGet(user, "extra", out var members) && members.ValueKind == JsonValueKind.Object)
        {
            extra.AddRange(
                members.EnumerateObject().Select(each => KeyValuePair.Create(each.Name, List(each.Value)))
            );
        }

        var groups = TryGet(user, "groups", out var list) ? List(list) : [];
        return new ReviewedUser(name, Text(user, "uid"), groups, extra);
    }

    /// <summary>Denied beats allowed, as in the API's own definition.</summary>
    public static bool ReadAllowed(JsonElement review) =>
        TryGet(review, "status", out var status)
        && TryGet(status, "allowed", out var allowed)
        && allowed.ValueKind == JsonValueKind.True
        && !(TryGet(status, "denied", out var denied) && denied.ValueKind == JsonValueKind.True);

    private static byte[] Write(string version, string kind, Action<Utf8JsonWriter> spec)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, version);
            json.WriteString("kind"u8, kind);
            json.WriteStartObject("spec"u8);
            spec(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static bool TryGet(JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value);
    }

    private static string Text(JsonElement element, string name) =>
        TryGet(element, name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static IReadOnlyList<string> List(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array
            ?
            [
                .. element
                    .EnumerateArray()
                    .Where(each => each.ValueKind == JsonValueKind.String)
                    .Select(each => each.GetString()!),
            ]
            : [];
}
