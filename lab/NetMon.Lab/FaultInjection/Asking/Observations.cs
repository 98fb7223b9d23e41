using System.Globalization;
using System.Net;
using System.Text.Json;
using NetMon.Lab.Agents;
using NetMon.Lab.Cluster;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What the agents say, of everybody.</summary>
internal sealed class Observations
{
    private readonly IReadOnlyDictionary<LabNode, AgentProcess> _agents;
    private readonly Dictionary<LabNode, MetricsSnapshot> _before;
    private readonly Dictionary<LabNode, FlowLedger> _flows;
    private readonly IReadOnlyList<DropLedger> _drops;
    private Dictionary<LabNode, MetricsSnapshot> _metrics;
    private IReadOnlyList<JsonElement> _events = [];

    /// <param name="cluster">With agents.</param>
    public Observations(LabCluster cluster)
    {
        _agents = cluster.Agents;
        _metrics = _before = ReadMetrics();
        var machines = Machines(cluster);
        _drops = [.. _agents.Values.Select(agent => new DropLedger(agent, machines))];
        _flows = cluster.Agents.ToDictionary(each => each.Key, each => new FlowLedger(each.Value));
    }

    /// <summary>Reads what is no stream.</summary>
    public void Refresh()
    {
        _metrics = ReadMetrics();
        _events = [.. _agents.Values.SelectMany(Events)];
    }

    /// <summary>Whether a thing is said about two workloads, as of now: a cause, a reason of drops or an event. From any thread.</summary>
    public bool Say(Subject subject, string word)
    {
        var said = word.StartsWith(EventRules.Kind, StringComparison.Ordinal)
            ? EventRules.Of(Agents(subject).SelectMany(Events).Where(subject.Concerns))
            : Told(subject);
        return said.Any(finding => finding.Word == word);
    }

    /// <summary>All that there is to say about two workloads.</summary>
    public IReadOnlyList<Finding> Diagnose(Subject subject) =>
        [
            .. EventRules.Of(_events.Where(subject.Concerns)),
            .. Told(subject),
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

    // By what is streamed.
    private IEnumerable<Finding> Told(Subject subject) =>
        FlowRules
            .Of(_flows[subject.Client.Node].Of(subject.Began), subject)
            .Concat(DropRules.Of(_drops, subject.Namespace));

    private IEnumerable<AgentProcess> Agents(Subject subject) =>
        new[] { subject.Client.Node, subject.Server.Node }.Distinct().Select(node => _agents[node]);

    // A namespace's file has its number for inode.
    private static HashSet<long> Machines(LabCluster cluster)
    {
        var files = Directory.EnumerateFiles("/run/netns", $"{Path.GetFileName(cluster.Folder)}-*");
        return
        [
            .. Command
                .Run("stat", ["--format=%i", .. files])
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => long.Parse(line, CultureInfo.InvariantCulture)),
        ];
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
