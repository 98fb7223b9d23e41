using System.Net;
using System.Text.Json;
using NetMon.Lab.Agents;
using NetMon.Lab.Cluster;
using NetMon.Lab.Network;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What the agents say, of everybody.</summary>
internal sealed class Observations
{
    private readonly IReadOnlyCollection<AgentProcess> _agents;
    private readonly Dictionary<LabNode, FlowLedger> _flows;
    private IReadOnlyList<MetricsSnapshot> _metrics = [];
    private IReadOnlyList<JsonElement> _events = [];

    /// <param name="cluster">With agents.</param>
    public Observations(LabCluster cluster)
    {
        _agents = [.. cluster.Agents.Values];
        _flows = cluster.Agents.ToDictionary(each => each.Key, each => new FlowLedger(each.Value));
    }

    /// <summary>Reads what is no stream.</summary>
    public void Refresh()
    {
        _metrics = [.. _agents.Select(agent => agent.ReadMetrics())];
        _events = [.. _agents.SelectMany(Events)];
    }

    /// <summary>All that there is to say about two workloads.</summary>
    public IReadOnlyList<Finding> Diagnose(Subject subject) =>
        [
            .. EventRules.Of(_events.Where(subject.Concerns)),
            .. FlowRules.Of(_flows[subject.Client.Node].Of(subject.Began), subject),
            .. DropRules.Of(_metrics, subject.Namespace),
        ];

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
