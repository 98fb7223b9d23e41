using System.Text;

namespace NetMon.Client;

/// <summary>What to ask of <c>/api/v1/flows</c>, as the text of its query parameters. Several values of one kind are alternatives; none asks nothing.</summary>
internal sealed record FlowRequest
{
    public IReadOnlyList<string> Ips { get; init; } = [];

    public IReadOnlyList<string> Ports { get; init; } = [];

    public IReadOnlyList<string> Protocols { get; init; } = [];

    public IReadOnlyList<string> States { get; init; } = [];

    public string? Sort { get; init; }

    public int? Last { get; init; }

    public bool IsFiltered => Ips.Count + Ports.Count + Protocols.Count + States.Count > 0;

    /// <summary>The request's path and query, relative to the server.</summary>
    public string ToPath(bool follow = false)
    {
        var path = new StringBuilder("api/v1/flows");
        var separator = '?';
        Add("ip", Ips);
        Add("port", Ports);
        Add("protocol", Protocols);
        Add("state", States);
        Add("sort", Sort is null ? [] : [Sort]);
        Add("last", Last is null ? [] : [$"{Last}"]);
        Add("follow", follow ? ["true"] : []);
        return path.ToString();

        void Add(string name, IReadOnlyList<string> values)
        {
            foreach (var value in values)
            {
                path.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }
    }
}
