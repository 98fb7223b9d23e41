using System.Globalization;
using System.Text;
using System.Text.Json;
using NetMon.Lab.Agents;
using NetMon.Lab.Captures;
using NetMon.Lab.Cluster;
using NetMon.Lab.Traffic;

namespace NetMon.Lab.Checking;

/// <summary>
/// What explains a difference, in few enough lines to be at the end of a CI's output: of each pair that differs what was on the wire
/// and which flows the agents reported, and those of their counters that are not zero and tell of losses, waits and the like.
/// </summary>
internal sealed class Evidence
{
    private const int MostPairs = 6;
    private const int MostConversations = 2;
    private const int MostFlowsOfPair = 6;
    private const int MostFlows = 36;
    private const int MostLogLines = 4;

    private static readonly string[] Counters =
    [
        "netmon_packets_uncounted_total",
        "netmon_attribution_total",
        "netmon_attribution_waiting",
        "netmon_conntrack_lookups_total",
        "netmon_ebpf_events_dropped_total",
        "netmon_ebpf_records_deferred_total",
        "netmon_ebpf_observer_changes_total",
        "netmon_records_untracked_total",
        "netmon_records_failed_total",
        "netmon_packets_lost_total",
        "netmon_flows_orphaned_total",
        "netmon_overflow_packets_total",
        "netmon_fragments_unmatched_total",
        "netmon_series_overflow_total",
        "netmon_series_dropped_total",
        "netmon_interface_attach_failures_total",
        "netmon_interface_failed",
        "netmon_interfaces",
        "netmon_kubernetes_watch_restarts_total",
        "netmon_kubernetes_request_errors_total",
        "netmon_stream_records_lost_total",
    ];

    private readonly IReadOnlyList<(string Node, AgentProcess Agent, AgentStream Stream)> _agents;

    /// <summary>From now on flows are followed: those that ended are in no list.</summary>
    public Evidence(LabCluster cluster) =>
        _agents = [
            .. cluster
                .Agents.OrderBy(each => each.Key.Index)
                .Select(each => (each.Key.Name, each.Value, each.Value.Follow())),
        ];

    public string Of(IReadOnlyList<CheckedPair> differing, MadeTraffic traffic)
    {
        var text = new StringBuilder();
        var metrics = _agents.Select(each => each.Agent.ReadMetrics()).ToArray();
        var flows = _agents
            .Select(each => (each.Node, each.Stream.Flows, each.Stream.Tally.Counts))
            .ToArray();
        var told = new HashSet<(string Node, string Flow)>();
        foreach (var pair in differing.Take(MostPairs))
        {
            var conversations = traffic
                .Conversations.Where(each => each.Figures.Sums.ContainsKey(pair.Figure))
                .ToArray();
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{pair}; the agents' own metrics since their start: {Own(pair.Figure, metrics)}"
            );
            foreach (var made in conversations.Take(MostConversations))
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"  wire: {made.Conversation}, asked {made.Conversation.Asked} port {made.Conversation.AskedPort}, server's port {made.Conversation.ServerPort}: at the client {made.AtClient}"
                );
            }

            foreach (var (node, list, counts) in flows)
            {
                var untold = list.Where(flow =>
                        Concerns(flow, pair.Figure, conversations) && !told.Contains((node, flow.Id))
                    )
                    .Take(Math.Min(MostFlowsOfPair, MostFlows - told.Count));
                foreach (var flow in untold.ToArray())
                {
                    told.Add((node, flow.Id));
                    text.AppendLine(CultureInfo.InvariantCulture, $"  {node}: {Describe(flow, counts)}");
                }
            }
        }

        foreach (var ((node, agent, stream), snapshot) in _agents.Zip(metrics))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{node}: {NotZero(snapshot)}");
            foreach (
                var line in agent
                    .Log.Split('\n')
                    .Where(line => !line.Contains(" info", StringComparison.OrdinalIgnoreCase))
                    .TakeLast(MostLogLines)
            )
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  log: {line}");
            }

            if (stream.Lost != 0)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {stream.Lost} of its records are not here");
            }
        }

        return text.ToString();
    }

    // Beside Prometheus's: tells what was not counted from what was not scraped.
    private static string Own(Figure figure, IEnumerable<MetricsSnapshot> agents)
    {
        var samples = agents
            .SelectMany(each => each.Samples)
            .Where(sample => sample.Labels.ContainsKey("src_workload") && Figure.Of(sample) == figure)
            .ToArray();
        double Sum(string name) => samples.Where(each => each.Name == name).Sum(each => each.Value);
        return $"{Sum("netmon_flows_total")} flows, {Sum("netmon_packets_total")} packets, {Sum("netmon_bytes_total")} bytes";
    }

    private static bool Concerns(
        StreamedFlow flow,
        Figure figure,
        IReadOnlyList<MadeConversation> conversations
    )
    {
        if (flow.Protocol != figure.Protocol || flow.Class == "overlay")
        {
            return false;
        }

        var (source, destination) = (Workload(flow, "source"), Workload(flow, "destination"));
        return (source == figure.Source.Workload && destination == figure.Destination.Workload)
            || (source == figure.Destination.Workload && destination == figure.Source.Workload)
            || (
                flow.Forth.DestinationPort != 0
                && conversations.Any(made =>
                    !made.Conversation.IsEcho
                    && (
                        flow.Forth.DestinationPort == made.Conversation.ServerPort
                        || flow.Forth.DestinationPort == made.Conversation.AskedPort
                    )
                )
            );
    }

    private static string Describe(StreamedFlow flow, IReadOnlyDictionary<Way, Count> counts) =>
        $"{flow.Forth} {Workload(flow, "source")}@{Text(flow, "source", "interface")} > {Workload(flow, "destination")}@{Text(flow, "destination", "interface")}"
        + $" {flow.Direction} {flow.State} {string.Join(',', flow.Events)} at {flow.Json.GetProperty("start")}"
        + $" to {flow.Json.GetProperty("last")}: {counts.GetValueOrDefault(flow.Forth)}; back {counts.GetValueOrDefault(flow.Back)}";

    private static string Workload(StreamedFlow flow, string end) => Text(flow, end, "workload");

    private static string Text(StreamedFlow flow, string end, string name) =>
        flow.Json.GetProperty(end).TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static string NotZero(MetricsSnapshot metrics) =>
        string.Join(
            ", ",
            metrics
                .Samples.Where(sample => sample.Value != 0 && Counters.Contains(sample.Name))
                .Select(sample =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{sample.Name["netmon_".Length..]}{{{string.Join(',', sample.Labels.Values)}}} {sample.Value}"
                    )
                )
        );
}
