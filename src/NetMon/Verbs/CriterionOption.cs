using System.CommandLine;
using NetMon.Core.Flows;

namespace NetMon.Verbs;

/// <summary>An option for each kind of choice among flows, by the same name and with the same values as the API's parameter.</summary>
internal static class CriterionOption
{
    private static readonly (string Name, string HelpName, string Description, string[] Aliases)[] Texts =
    [
        (
            "ip",
            "cidr",
            "with an end at this address or in this network; also what a service was asked at",
            []
        ),
        ("port", "port", "with this port at one end; also what a service was asked at", []),
        ("protocol", "protocol", "of this protocol: tcp, udp, icmp, ... or a number", []),
        (
            "app_protocol",
            "name",
            "that are taken to speak this: http, grpc, dns, ... by service or well-known port",
            []
        ),
        ("state", "state", $"in this state: {Words(FlowWords.AllStates)}", []),
        ("namespace", "name", "with an end in this namespace; names below are looked for in it", ["-n"]),
        ("pod", "[ns/]name", "of this pod; ns/ for all of a namespace", []),
        ("workload", "[ns/][kind/]name", "of this workload, such as shop/web or deploy/web", []),
        ("service", "[ns/]name[:port]", "that asked for this service", []),
        ("label", "selector", "of pods or nodes with these labels: app=web,tier!=db,!canary", ["-l"]),
        ("node", "name", "with an end on this node", []),
        ("process", "command|pid", "with an end that is this process of the agent's node", []),
        (
            "container",
            "id",
            "with an end in this container of the agent's node; the id's beginning is enough",
            []
        ),
        (
            "from",
            "end",
            "that this end began: ns/name of a pod or workload, address, network, external, or pod:, workload:, namespace:, node:, label:, process:, container: and a value",
            []
        ),
        ("to", "end", "that were begun to this end: as --from, and service: and a service", []),
        ("scope", "scope", $"between these: {Words(FlowWords.AllScopes.Skip(1))}", []),
        ("traffic", "internal|external", "within the cluster, or with an end outside of it", []),
        ("direction", "ingress|egress|transit", "received, sent or only forwarded by the agent's node", []),
        ("status", "ok|failed|pending", "that came about, failed, or are not decided yet", []),
        ("cause", "cause", $"that failed or ended for this reason: {Words(FlowWords.AllCauses.Skip(1))}", []),
    ];

    /// <summary>In the order of <see cref="FlowCriterion.All"/>.</summary>
    public static IReadOnlyList<(FlowCriterion Criterion, Option<string[]> Option)> CreateAll() =>
        [.. FlowCriterion.All.Select(criterion => (criterion, Create(criterion)))];

    /// <summary>Some of them.</summary>
    /// <param name="criteria">Which.</param>
    /// <param name="subject">What is chosen among, in the plural.</param>
    public static IReadOnlyList<(FlowCriterion Criterion, Option<string[]> Option)> Create(
        IEnumerable<FlowCriterion> criteria,
        string subject
    ) => [.. criteria.Select(criterion => (criterion, Create(criterion, subject)))];

    private static string Words(IEnumerable<string> words) => CheckedOption.OneOf([.. words]);

    private static Option<string[]> Create(FlowCriterion criterion, string subject = "flows")
    {
        var (name, helpName, description, aliases) = Array.Find(
            Texts,
            text => string.Equals(text.Name, criterion.Name, StringComparison.Ordinal)
        );
        return CheckedOption
            .Many(
                $"--{name.Replace('_', '-')}",
                helpName,
                $"only {subject} {description} (repeatable)",
                CheckedOption.Not(criterion.Expected, criterion.Accepts),
                aliases
            )
            .Completing(criterion.Words);
    }
}
