using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Core.Detections;

/// <summary>Those of whom nothing is said. Never changes.</summary>
internal sealed class IgnoredSources
{
    private readonly CidrTable<object>? _networks;
    private readonly HashSet<(string Namespace, string Name)> _workloads = [];

    public IgnoredSources(DetectionSettings settings)
    {
        var networks = new List<KeyValuePair<Cidr, object>>();
        foreach (var text in settings.Ignore)
        {
            if (Cidr.TryParse(text, out var network))
            {
                networks.Add(new(network, text));
                continue;
            }

            var slash = text.IndexOf('/', StringComparison.Ordinal);
            _workloads.Add((slash < 0 ? "" : text[..slash], text[(slash + 1)..]));
        }

        _networks = networks.Count > 0 ? new(networks) : null;
    }

    /// <summary>Whether nothing is said of a flow's source.</summary>
    public bool Contains(in FlowSighting flow) =>
        (_networks is not null && _networks.Find(flow.SourceAddress) is not null)
        || (_workloads.Count > 0 && flow.Source is { } source && Contains(source.Workload));

    public bool Contains(in NetworkAddress address) => _networks?.Find(address) is not null;

    public bool Contains(Workload workload) =>
        _workloads.Count > 0
        && (
            _workloads.Contains((workload.Namespace, workload.Name))
            || _workloads.Contains((workload.Namespace, "*"))
        );
}
