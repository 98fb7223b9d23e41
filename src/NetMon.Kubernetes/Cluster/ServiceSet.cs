using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Services: their addresses and ports.</summary>
internal sealed class ServiceSet(ModelState state) : ObjectSet<ServiceObject, ObjectKey, ServiceEntry>(state)
{
    /// <summary>Ports at addresses of services; node ports at the unspecified address.</summary>
    public PortBook Ports { get; } = new();

    protected override ObjectKey KeyOf(ServiceObject item) => ObjectKey.Of(item.Id);

    protected override bool IsSame(ServiceEntry entry, ServiceObject item) => entry.Uid == item.Id.Uid;

    protected override ServiceEntry Make(ServiceObject item) => new(item.Id.Uid);

    protected override void Change(ServiceEntry entry, ServiceObject item, bool isNew)
    {
        if (isNew)
        {
            entry.Endpoint = new Endpoint
            {
                Kind = EndpointKind.Service,
                Workload = State.Workloads.Acquire(
                    State.Labels.Share(item.Id.Namespace),
                    "Service",
                    item.Id.Name
                ),
            };
        }

        Claim(
            entry,
            [
                .. item
                    .ClusterIps.Concat(item.ExternalIps)
                    .Concat(item.LoadBalancerIps)
                    .Where(IsUsable)
                    .Distinct(),
            ]
        );
        Offer(entry, OffersOf(entry, item));
    }

    protected override void End(ServiceEntry entry, ServiceObject? last)
    {
        Claim(entry, []);
        Offer(entry, []);
        entry.Endpoint.IsGone = true;
        State.Workloads.Release(entry.Endpoint.Workload, State.Now());
    }

    private void Claim(ServiceEntry entry, NetworkAddress[] told)
    {
        if (told.AsSpan().SequenceEqual(entry.Addresses))
        {
            return;
        }

        var now = State.Now();
        foreach (var address in entry.Addresses)
        {
            if (!told.Contains(address))
            {
                State.Addresses.End(address, entry, now);
            }
        }

        foreach (var address in told)
        {
            if (State.Addresses.ClaimOf(address, entry) is not { IsOpen: true })
            {
                State.Addresses.Set(address, entry, Cluster.Claim.Of(now), now);
            }
        }

        entry.Addresses = told;
    }

    /// <summary>Publishes what is new of a service's ports, then takes back what it has no more.</summary>
    private void Offer(ServiceEntry entry, Dictionary<TransportAddress, ServicePort> offers)
    {
        var before = entry.Offers;
        if (before.Count == offers.Count && !offers.Except(before).Any())
        {
            return;
        }

        entry.Offers = offers;
        foreach (var (at, port) in offers)
        {
            if (!before.TryGetValue(at, out var known) || !ReferenceEquals(known, port))
            {
                Ports.Add(at, port);
            }
        }

        foreach (var (at, port) in before)
        {
            if (!offers.TryGetValue(at, out var now) || !ReferenceEquals(now, port))
            {
                Ports.Remove(at, port);
            }
        }
    }

    private static Dictionary<TransportAddress, ServicePort> OffersOf(ServiceEntry entry, ServiceObject item)
    {
        var offers = new Dictionary<TransportAddress, ServicePort>();

        // Ports that have not changed stay the same objects, also at addresses that are new.
        var known = entry.Offers.Values.Distinct().ToList();
        foreach (var port in item.Ports)
        {
            Add(item.ClusterIps, ServiceAddressKind.ClusterIp);
            Add(item.ExternalIps, ServiceAddressKind.ExternalIp);
            Add(item.LoadBalancerIps, ServiceAddressKind.LoadBalancer);
            if (port.NodePort != 0)
            {
                offers.TryAdd(
                    new(default, port.NodePort, port.Protocol),
                    Port(ServiceAddressKind.NodePort, port.NodePort)
                );
            }

            void Add(IReadOnlyList<NetworkAddress> addresses, ServiceAddressKind kind)
            {
                foreach (var address in addresses)
                {
                    if (IsUsable(address))
                    {
                        offers.TryAdd(new(address, port.Port, port.Protocol), Port(kind, port.Port));
                    }
                }
            }

            ServicePort Port(ServiceAddressKind kind, ushort number)
            {
                var spoken = AppProtocols.OfService(port.AppProtocol, port.Name);
                var found = known.Find(other =>
                    other.PortName == port.Name
                    && other.AddressKind == kind
                    && other.Port == number
                    && other.Protocol == port.Protocol
                    && other.AppProtocol == spoken
                );
                if (found is null)
                {
                    found = new()
                    {
                        Endpoint = entry.Endpoint,
                        PortName = port.Name,
                        AppProtocol = spoken,
                        AddressKind = kind,
                        Port = number,
                        Protocol = port.Protocol,
                    };
                    known.Add(found);
                }

                return found;
            }
        }

        return offers;
    }

    private static bool IsUsable(NetworkAddress address) => !address.IsUnspecified;
}
