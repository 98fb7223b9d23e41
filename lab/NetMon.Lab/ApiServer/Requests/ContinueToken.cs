using System.Text;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Requests;

/// <summary>Where the next page of a list starts, and of which version the list is.</summary>
/// <param name="Version">-1: of whatever version is current when the page is asked for; pages are then not consistent with one another.</param>
internal readonly record struct ContinueToken(long Version, string Start)
{
    public const long Latest = -1;

    public string Encode() =>
        Convert
            .ToBase64String(
                Encoding.UTF8.GetBytes(
                    new JsonObject
                    {
                        ["v"] = "meta.k8s.io/v1",
                        ["rv"] = Version,
                        ["start"] = Start,
                    }.ToJsonString()
                )
            )
            .TrimEnd('=')
            .Replace('+', '-')
            .Replace('/', '_');

    /// <exception cref="StoreException">400: not a token of this server.</exception>
    public static ContinueToken Decode(string text)
    {
        try
        {
            var base64 = text.Replace('-', '+').Replace('_', '/');
            base64 = base64.PadRight((base64.Length + 3) / 4 * 4, '=');
            var token = JsonNode.Parse(Convert.FromBase64String(base64));
            return new ContinueToken(token!["rv"]!.GetValue<long>(), token.Text("start"));
        }
        catch (Exception error)
            when (error
                    is FormatException
                        or System.Text.Json.JsonException
                        or InvalidOperationException
                        or NullReferenceException
            )
        {
            throw new StoreException(400, "BadRequest", $"continue key is not valid: {error.Message}");
        }
    }
}
