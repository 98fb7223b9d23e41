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
        if (settings.IgnoredNetworks.Count > 0)
        {
            _networks = new(
                settings.IgnoredNetworks.Select(network => KeyValuePair.Create(network, new object()))
            );
        }

        foreach (var text in settings.IgnoredWorkloads)
        {
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            _workloads.Add((slash < 0 ? "" : text[..slash], text[(slash + 1)..]));
        }
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
