using System.Text;

namespace NetMon.Client;

/// <summary>What to ask of <c>/api/v1/events</c>: names of its query parameters with their values.</summary>
internal sealed record EventRequest(IReadOnlyList<KeyValuePair<string, string>> Parameters)
{
    /// <summary>The request's path and query, relative to the server.</summary>
    public string ToPath(bool follow = false)
    {
        var path = new StringBuilder("api/v1/events");
        var separator = '?';
        foreach (var (name, value) in Parameters)
        {
            path.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return follow ? path.Append(separator).Append("follow=true").ToString() : path.ToString();
    }
}
