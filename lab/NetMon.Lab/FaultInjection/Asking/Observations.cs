using System.Net;
using System.Text.Json;
using NetMon.Lab.Agents;
using NetMon.Lab.Cluster;
using NetMon.Lab.Network;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What the agents say, of everybody.</summary>
internal sealed class Observations
{
    private readonly IReadOnlyDictionary<LabNode, AgentProcess> _agents;
    private readonly Dictionary<LabNode, MetricsSnapshot> _before;
    private readonly Dictionary<LabNode, FlowLedger> _flows;
    private Dictionary<LabNode, MetricsSnapshot> _metrics;
    private IReadOnlyList<JsonElement> _events = [];

    /// <param name="cluster">With agents.</param>
    public Observations(LabCluster cluster)
    {
        _agents = cluster.Agents;
        _metrics = _before = ReadMetrics();
        _flows = cluster.Agents.ToDictionary(each => each.Key, each => new FlowLedger(each.Value));
    }

    /// <summary>Reads what is no stream.</summary>
    public void Refresh()
    {
        _metrics = ReadMetrics();
        _events = [.. _agents.Values.SelectMany(Events)];
    }

    /// <summary>All that there is to say about two workloads.</summary>
    public IReadOnlyList<Finding> Diagnose(Subject subject) =>
        [
            .. EventRules.Of(_events.Where(subject.Concerns)),
            .. FlowRules.Of(_flows[subject.Client.Node].Of(subject.Began), subject),
            .. DropRules.Of(_metrics.Values, subject.Namespace),
            .. subject.Server.Port is null
                ? CounterRules.Of(_before[subject.Server.Node], _metrics[subject.Server.Node])
                : [],
        ];

    /// <summary>What agents lack, in their own words: the answers that need it will be missing.</summary>
    public IReadOnlyList<string> Lacking()
    {
        return [.. _agents.SelectMany(each => Reasons(each.Value).Select(reason => $"{each.Key}: {reason}"))];

        static IEnumerable<string> Reasons(AgentProcess agent)
        {
            using var json = JsonDocument.Parse(agent.Get("/readyz"));
            return
            [
                .. json.RootElement.GetProperty("reasons").EnumerateArray().Select(each => each.GetString()!),
            ];
        }
    }

    private Dictionary<LabNode, MetricsSnapshot> ReadMetrics() =>
        _agents.ToDictionary(each => each.Key, each => each.Value.ReadMetrics());

    private static IEnumerable<JsonElement> Events(AgentProcess agent)
    {
        string text;
        try
        {
            text = agent.Get("/api/v1/events");
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // It looks for nothing suspicious.
            return [];
        }

        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.GetProperty("events").EnumerateArray().Select(each => each.Clone())];
    }
}
