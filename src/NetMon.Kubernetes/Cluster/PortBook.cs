using System.Collections.Concurrent;
using NetMon.Core.Endpoints;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Which service is asked for at an address and port. Writers hold the model's lock; readers need none.</summary>
internal sealed class PortBook
{
    private readonly ConcurrentDictionary<TransportAddress, Offer> _offers = new(
        concurrencyLevel: 1,
        capacity: 256
    );

    /// <summary>Null if there is none. Where several services claim the same, the one that did first. Any thread; allocates nothing.</summary>
    public ServicePort? Find(in TransportAddress at) =>
        _offers.TryGetValue(at, out var offer) ? offer.Port : null;

    public void Add(in TransportAddress at, ServicePort port) =>
        _offers[at] = _offers.TryGetValue(at, out var first) ? first.Append(port) : new Offer(port, null);

    public void Remove(in TransportAddress at, ServicePort port)
    {
        if (!_offers.TryGetValue(at, out var first))
        {
            return;
        }

        if (first.Without(port) is { } rest)
        {
            _offers[at] = rest;
        }
        else
        {
            _offers.TryRemove(at, out _);
        }
    }

    /// <summary>A list that never changes.</summary>
    private sealed record Offer(ServicePort Port, Offer? Next)
    {
        public Offer Append(ServicePort port) =>
            this with
            {
                Next = Next?.Append(port) ?? new Offer(port, null),
            };

        public Offer? Without(ServicePort port) =>
            ReferenceEquals(Port, port) ? Next : this with { Next = Next?.Without(port) };
    }
}
