using System.Text;

namespace NetMon.Client;

/// <summary>What to ask of <c>/api/v1/flows</c>, as the text of its query parameters. Several values of one kind are alternatives; none asks nothing.</summary>
internal sealed record FlowRequest
{
    /// <summary>Which flows: names of <see cref="Core.Flows.FlowCriterion"/> with their values.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Criteria { get; init; } = [];

    public string? Sort { get; init; }

    public int? Last { get; init; }

    public bool IsFiltered => Criteria.Count > 0;

    /// <summary>The request's path and query, relative to the server.</summary>
    public string ToPath(bool follow = false)
    {
        var path = new StringBuilder("api/v1/flows");
        var separator = '?';
        foreach (var (name, value) in Criteria)
        {
            Add(name, value);
        }

        Add("sort", Sort);
        Add("last", Last is null ? null : $"{Last}");
        Add("follow", follow ? "true" : null);
        return path.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                path.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }
    }
}
