using System.Text;

namespace NetMon.Client;

/// <summary>What to ask of <c>/api/v1/drops</c>: names of its query parameters with their values.</summary>
internal sealed record DropRequest(IReadOnlyList<KeyValuePair<string, string>> Parameters)
{
    /// <summary>The request's path and query, relative to the server.</summary>
    public string ToPath(bool follow = false)
    {
        var path = new StringBuilder("api/v1/drops?follow=").Append(follow ? "true" : "false");
        foreach (var (name, value) in Parameters)
        {
            path.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return path.ToString();
    }
}
