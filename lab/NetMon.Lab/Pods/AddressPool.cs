using NetMon.Lab.Network;

namespace NetMon.Lab.Pods;

/// <summary>Gives pods the lowest free address of their node, so that one that was returned is soon another pod's.</summary>
internal sealed class AddressPool
{
    private readonly Dictionary<LabNode, SortedSet<int>> _free = [];
    private readonly Lock _lock = new();

    public int Take(LabNode node)
    {
        lock (_lock)
        {
            if (!_free.TryGetValue(node, out var free))
            {
                _free.Add(node, free = [.. Enumerable.Range(2, AddressPlan.PodsPerNode)]);
            }

            var lowest = free.Min;
            return free.Remove(lowest)
                ? lowest
                : throw new InvalidOperationException($"{node} has no address left");
        }
    }

    public void Return(LabNode node, int address)
    {
        lock (_lock)
        {
            _free[node].Add(address);
        }
    }
}
