using System.Collections.Concurrent;
using NetMon.Core.Flows;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Where services lead to, by how many slices name it. Writers hold the model's lock; readers need none.</summary>
/// <remarks>
/// A backend that no slice names any more stays for as long as history goes: connections to it outlive it, and their packets were
/// translated all the same.
/// </remarks>
internal sealed class BackendBook(long historyNs)
{
    // Above 0: how many slices name it. Below: the negative time at which the last one ceased to.
    private readonly ConcurrentDictionary<TransportAddress, long> _backends = new(
        concurrencyLevel: 1,
        capacity: 256
    );
    private readonly Queue<(TransportAddress At, long Since)> _left = [];

    /// <summary>Those that slices name, and those that one did not long ago.</summary>
    public int Count { get; private set; }

    /// <summary>Any thread; allocates nothing.</summary>
    public bool Contains(in NetworkAddress address, ushort port, byte protocol) =>
        _backends.ContainsKey(new(address, port, protocol))
        || _backends.ContainsKey(new(address, 0, protocol));

    public void Add(in TransportAddress at)
    {
        if (_backends.TryGetValue(at, out var slices))
        {
            _backends[at] = Math.Max(slices, 0) + 1;
            return;
        }

        _backends[at] = 1;
        Count++;
    }

    public void Remove(in TransportAddress at, long now)
    {
        if (!_backends.TryGetValue(at, out var slices) || slices <= 0)
        {
            return;
        }

        _backends[at] = slices > 1 ? slices - 1 : -now;
        if (slices == 1)
        {
            _left.Enqueue((at, now));
        }
    }

    public void Forget(long now)
    {
        while (_left.TryPeek(out var left) && left.Since + historyNs <= now)
        {
            _left.Dequeue();
            if (_backends.TryGetValue(left.At, out var slices) && slices == -left.Since)
            {
                _backends.TryRemove(left.At, out _);
                Count--;
            }
        }
    }
}
