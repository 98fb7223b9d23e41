using NetMon.Core.Flows;

namespace NetMon.Agent.Interfaces;

/// <summary>How the addresses behind a pod's interface are known.</summary>
internal enum AddressKnowledge
{
    /// <summary>Not, or not yet.</summary>
    None,

    /// <summary>From the kernel's list of the other side's addresses.</summary>
    Told,

    /// <summary>From what was sent.</summary>
    Learned,
}

/// <summary>A pod's or container's interface and the addresses behind it. Changed by one thread at a time, read by any.</summary>
/// <param name="ifindex">Its number.</param>
/// <param name="sinceNs">When it appeared, nanoseconds of CLOCK_MONOTONIC; 0 if it was there before.</param>
internal sealed class PodInterface(int ifindex, long sinceNs)
{
    /// <summary>Addresses that are learned of one interface: a pod that forwards for others, or lies, is not believed without end.</summary>
    public const int MaxLearned = 64;

    private volatile NetworkAddress[] _told = [];
    private volatile NetworkAddress[] _learned = [];
    private volatile bool _tellsIPv4;
    private volatile bool _tellsIPv6;
    private long _goneNs = long.MaxValue;
    private long _askedNs = long.MinValue;

    public int Ifindex => ifindex;

    public long SinceNs => sinceNs;

    /// <summary>When it went; the largest number while it is there.</summary>
    public long GoneNs
    {
        get => Volatile.Read(ref _goneNs);
        set => Volatile.Write(ref _goneNs, value);
    }

    public bool Exists => GoneNs == long.MaxValue;

    public NetworkAddress[] Told => _told;

    public NetworkAddress[] Learned => _learned;

    public AddressKnowledge Knowledge =>
        _tellsIPv4 || _tellsIPv6 ? AddressKnowledge.Told
        : _learned.Length > 0 ? AddressKnowledge.Learned
        : AddressKnowledge.None;

    /// <summary>Whether the kernel told an address of this family that others than its neighbours can reach: then it told them all.</summary>
    public bool Tells(bool isIPv4) => isIPv4 ? _tellsIPv4 : _tellsIPv6;

    /// <summary>Takes over what the kernel tells.</summary>
    public void Tell(NetworkAddress[] addresses)
    {
        _told = addresses;
        _tellsIPv4 = Array.Exists(addresses, static address => address.IsIPv4 && IsReachable(in address));
        _tellsIPv6 = Array.Exists(addresses, static address => !address.IsIPv4 && IsReachable(in address));
    }

    /// <returns>False if it has learned enough.</returns>
    public bool TryLearn(in NetworkAddress address)
    {
        if (_learned.Length >= MaxLearned)
        {
            return false;
        }

        _learned = [.. _learned, address];
        return true;
    }

    public void Unlearn(NetworkAddress address) =>
        _learned = Array.FindAll(_learned, each => each != address);

    /// <summary>Whether it is time to ask the kernel again for what it did not tell: then it counts as asked.</summary>
    public bool TryAsk(long nowNs, long pauseNs)
    {
        var last = Volatile.Read(ref _askedNs);
        return (last == long.MinValue || nowNs - last >= pauseNs)
            && Interlocked.CompareExchange(ref _askedNs, nowNs, last) == last;
    }

    /// <summary>Whether an address can be that of a flow beyond the link: neither unspecified, loopback, multicast nor link-local.</summary>
    public static bool IsReachable(in NetworkAddress address)
    {
        if (address.IsUnspecified)
        {
            return false;
        }

        if (address.IsIPv4)
        {
            var bits = (uint)address.Low;
            return bits >> 24 is not (0 or 127) && bits >> 28 < 0xe && bits >> 16 != 0xa9fe;
        }

        // ff00::/8, fe80::/10, ::1
        return address.High >> 56 != 0xff
            && address.High >> 54 != 0x3fa
            && (address.High != 0 || address.Low != 1);
    }
}
