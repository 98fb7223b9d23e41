using System.Collections.Concurrent;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>EndpointSlices: the backends of services, and whether these are ready.</summary>
internal sealed class SliceSet(ModelState state)
    : ObjectSet<EndpointSliceObject, ObjectKey, SliceEntry>(state)
{
    private static readonly ObjectKey ApiServer = new("default", "kubernetes");

    private readonly Dictionary<ObjectKey, List<SliceEntry>> _slices = [];

    // Names of the ports that have a ready backend; a service without slices is not among them.
    private readonly ConcurrentDictionary<ObjectKey, string[]> _ready = new(
        concurrencyLevel: 1,
        capacity: 256
    );
    private readonly ApiServerHolder _apiServer = new();
    private NetworkAddress[] _apiServerAddresses = [];

    public BackendBook Backends { get; } = new(state.HistoryNs);

    /// <summary>Any thread; allocates nothing.</summary>
    public bool IsReady(ServicePort port) =>
        _ready.TryGetValue(new(port.Namespace, port.Name), out var names)
        && Array.IndexOf(names, port.PortName) >= 0;

    protected override ObjectKey KeyOf(EndpointSliceObject item) => ObjectKey.Of(item.Id);

    protected override bool IsSame(SliceEntry entry, EndpointSliceObject item) => entry.Uid == item.Id.Uid;

    protected override SliceEntry Make(EndpointSliceObject item) => new(item.Id.Uid);

    protected override void Change(SliceEntry entry, EndpointSliceObject item, bool isNew)
    {
        ObjectKey? service = item.Service is { Length: > 0 } name ? new(item.Id.Namespace, name) : null;
        if (entry.Service != service)
        {
            Leave(entry);
        }

        if (service is not { } key)
        {
            return;
        }

        // Of an endpoint's addresses the API promises that all are the same one's; consumers use the first.
        NetworkAddress[] addresses =
        [
            .. item
                .Endpoints.Where(endpoint => endpoint.Addresses.Count > 0)
                .Select(endpoint => endpoint.Addresses[0])
                .Distinct(),
        ];
        SetBackends(
            entry,
            [
                .. item
                    .Ports.SelectMany(port =>
                        addresses.Select(address => new TransportAddress(address, port.Port, port.Protocol))
                    )
                    .Distinct(),
            ]
        );
        entry.Addresses = key == ApiServer ? addresses : [];

        // As kube-proxy does: where no endpoint is ready, those that end but still serve take the traffic (KEP-1669).
        var isReady = item.Endpoints.Any(endpoint =>
            endpoint.Ready || (endpoint.Serving && endpoint.Terminating)
        );
        string[] ready = isReady
            ? [.. item.Ports.Select(port => State.Labels.Share(port.Name)).Distinct(StringComparer.Ordinal)]
            : [];
        entry.ReadyPorts = ready.AsSpan().SequenceEqual(entry.ReadyPorts) ? entry.ReadyPorts : ready;
        if (entry.Service is null)
        {
            entry.Service = key;
            if (!_slices.TryGetValue(key, out var slices))
            {
                _slices.Add(key, slices = []);
            }

            slices.Add(entry);
        }

        Publish(key);
    }

    protected override void End(SliceEntry entry, EndpointSliceObject? last) => Leave(entry);

    private void Leave(SliceEntry entry)
    {
        if (entry.Service is not { } key)
        {
            return;
        }

        SetBackends(entry, []);
        entry.Service = null;
        var slices = _slices[key];
        slices.Remove(entry);
        if (slices.Count == 0)
        {
            _slices.Remove(key);
        }

        Publish(key);
    }

    private void SetBackends(SliceEntry entry, TransportAddress[] backends)
    {
        if (backends.AsSpan().SequenceEqual(entry.Backends))
        {
            return;
        }

        foreach (var backend in backends)
        {
            Backends.Add(backend);
        }

        foreach (var backend in entry.Backends)
        {
            Backends.Remove(backend, State.Now());
        }

        entry.Backends = backends;
    }

    /// <summary>Publishes what a service's slices say together.</summary>
    private void Publish(ObjectKey service)
    {
        var slices = _slices.GetValueOrDefault(service) ?? [];
        string[] ready = [.. slices.SelectMany(slice => slice.ReadyPorts).Distinct(StringComparer.Ordinal)];
        if (ready.Length == 0)
        {
            _ready.TryRemove(service, out _);
        }
        else if (!ready.AsSpan().SequenceEqual(_ready.GetValueOrDefault(service)))
        {
            _ready[service] = ready;
        }

        if (service == ApiServer)
        {
            NameApiServer([.. slices.SelectMany(slice => slice.Addresses).Distinct()]);
        }
    }

    private void NameApiServer(NetworkAddress[] addresses)
    {
        var now = State.Now();
        foreach (var address in _apiServerAddresses.Except(addresses))
        {
            State.Addresses.End(address, _apiServer, now);
        }

        foreach (var address in addresses.Except(_apiServerAddresses))
        {
            State.Addresses.Set(address, _apiServer, Claim.Of(now), now);
        }

        _apiServerAddresses = addresses;
    }
}
