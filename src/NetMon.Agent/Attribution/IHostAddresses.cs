using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Which addresses are on this host: the kernel's answer, or a test's.</summary>
internal interface IHostAddresses
{
    /// <summary>Whether an interface of this host has the address in the host's own network namespace.</summary>
    bool IsOwn(in NetworkAddress address);

    /// <summary>The pod interface behind which the address is, or was until a few seconds ago.</summary>
    bool TryFindInterface(in NetworkAddress address, out int ifindex);

    /// <summary>The address was seen as that of a sender at an interface.</summary>
    void Learn(in NetworkAddress address, int ifindex);

    /// <summary>Whether a pod or container is behind the interface; of one that is gone, for a few seconds.</summary>
    bool IsPodInterface(int ifindex);

    /// <summary>When a pod interface appeared, nanoseconds of CLOCK_MONOTONIC; 0 if it was there when the agent started, or is not known.</summary>
    long SinceNs(int ifindex);
}
