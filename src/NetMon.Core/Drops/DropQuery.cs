using NetMon.Core.Flows;

namespace NetMon.Core.Drops;

/// <summary>What a reader of drops asks for, in the form of the query parameters of <c>/api/v1/drops</c>.</summary>
/// <param name="Ends">Between whom: the source is the end that sent the packets.</param>
/// <param name="Reasons">Names of reasons, one of which it must be; empty: all.</param>
/// <param name="Last">At most how many, the latest; null: all that are remembered.</param>
/// <param name="Follow">Those to come, not those that were.</param>
public sealed record DropQuery(FlowFilter Ends, IReadOnlyList<string> Reasons, int? Last, bool Follow)
{
    /// <summary>The kinds of choice among flows that mean something for packets that were dropped.</summary>
    public static IReadOnlyList<FlowCriterion> Criteria { get; } =
    [
        .. FlowCriterion.All.Where(criterion =>
            criterion.Name
                is "ip"
                    or "port"
                    or "protocol"
                    or "namespace"
                    or "pod"
                    or "workload"
                    or "service"
                    or "label"
                    or "node"
                    or "from"
                    or "to"
                    or "scope"
                    or "traffic"
                    or "direction"
        ),
    ];

    /// <summary>Reads pairs of key and value: those of <see cref="Criteria"/> and <c>reason</c> (each any number of times), <c>last</c>, <c>follow</c> (each once).</summary>
    /// <returns>False with every error, each naming its key and value, when a pair cannot be read.</returns>
    public static bool TryParse(
        IEnumerable<KeyValuePair<string, string?>> parameters,
        out DropQuery query,
        out IReadOnlyList<string> errors
    )
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var wrong = new List<string>();
        var reasons = new List<string>();
        var rest = new List<KeyValuePair<string, string?>>();
        foreach (var pair in parameters)
        {
            if (pair.Key is not "reason")
            {
                AddKnown(pair, rest, wrong);
            }
            else if (IsReason(pair.Value ?? ""))
            {
                reasons.Add(pair.Value!);
            }
            else
            {
                wrong.Add("reason: a value is not a reason, such as NETFILTER_DROP");
            }
        }

        if (!FlowQuery.TryParse(rest, out var flows, out var others))
        {
            wrong.AddRange(others);
        }

        errors = wrong;
        query = new DropQuery(flows.Filter, reasons, flows.Last, flows.Follow);
        return wrong.Count == 0;
    }

    /// <summary>Whether a text can be a reason's name: letters, digits and underscores, in any case.</summary>
    public static bool IsReason(string text) =>
        !string.IsNullOrEmpty(text)
        && text.Length <= 64
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>Whether the drop is one that is asked for.</summary>
    public bool Matches(DroppedPackets drop)
    {
        ArgumentNullException.ThrowIfNull(drop);
        return (Reasons.Count == 0 || Reasons.Contains(drop.Reason.Name, StringComparer.OrdinalIgnoreCase))
            && Ends.Matches(in drop.Ends);
    }

    private static void AddKnown(
        KeyValuePair<string, string?> pair,
        List<KeyValuePair<string, string?>> rest,
        List<string> wrong
    )
    {
        var known =
            pair.Key is "last" or "follow"
            || Criteria.Any(criterion => string.Equals(criterion.Name, pair.Key, StringComparison.Ordinal));
        if (known)
        {
            rest.Add(pair);
        }
        else
        {
            var key = pair.Key.Length <= 64 ? pair.Key : pair.Key[..64] + "...";
            wrong.Add($"{key}: unknown parameter");
        }
    }
}
