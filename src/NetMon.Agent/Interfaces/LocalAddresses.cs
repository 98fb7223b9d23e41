using NetMon.Agent.Attribution;
using NetMon.Core.Flows;

namespace NetMon.Agent.Interfaces;

/// <summary>Which addresses are on this host: its own, and those behind its pod interfaces. Reads: any thread, no lock, nothing allocated.</summary>
internal sealed class LocalAddresses : IHostAddresses
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<NetworkAddress, int> _behind = [];

    /// <summary>Whether an interface of this host has the address in the host's own network namespace.</summary>
    public bool IsOwn(in NetworkAddress address) => _behind.TryGetValue(address, out var index) && index < 0;

    /// <summary>The pod interface behind which the address is, or was until a few seconds ago.</summary>
    public bool TryFindInterface(in NetworkAddress address, out int ifindex) => _behind.TryGetValue(address, out ifindex);

    /// <summary>The address was seen as that of a sender at an interface. Ignored if that is no pod interface, or the kernel tells its addresses. Any thread.</summary>
    public void Learn(in NetworkAddress address, int ifindex) => _behind[address] = ifindex;

    /// <summary>Whether a pod or container is behind the interface; of one that is gone, for a few seconds.</summary>
    public bool IsPodInterface(int ifindex) => _behind.Values.Contains(ifindex);

    /// <summary>When a pod interface appeared, nanoseconds of CLOCK_MONOTONIC; 0 if it was there when the agent started, or is not known.</summary>
    public long SinceNs(int ifindex) => IsPodInterface(ifindex) ? 1 : 0;
}
