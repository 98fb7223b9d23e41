using System.Collections.Concurrent;
using NetMon.Core.Flows;

namespace NetMon.Agent.Interfaces;

/// <summary>Pod interfaces, by how the addresses behind them are known.</summary>
internal readonly record struct PodInterfaceCounts(int Told, int Learned, int Unknown);

/// <summary>Which addresses are on this host: its own, and those behind its pod interfaces.</summary>
/// <remarks>
/// Reads: any thread, no lock, nothing allocated. Of several claims to an address the best wins:
/// <code>
///   told by the kernel  >  learned from what was sent;   then: the interface that came later
/// </code>
/// What ended is remembered for <see cref="Grace"/>: the last records of a pod's flows come when its interface is gone. An address
/// that comes again elsewhere is there at once.
/// </remarks>
internal sealed class LocalAddresses(TimeProvider time)
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PauseBetweenQuestions = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<NetworkAddress, int> _own = [];
    private readonly ConcurrentDictionary<NetworkAddress, AddressPlacement> _behind = [];
    private readonly ConcurrentDictionary<int, PodInterface> _pods = [];

    /// <summary>Of those that write.</summary>
    private readonly Lock _gate = new();
    private readonly Queue<PodInterface> _gone = [];
    private readonly Queue<(NetworkAddress Address, AddressPlacement Placement)> _ended = [];
    private readonly long _graceNs = (long)Grace.TotalNanoseconds;
    private readonly long _questionNs = (long)PauseBetweenQuestions.TotalNanoseconds;

    /// <summary>Called where a pod interface's sender is none that the kernel told of; at most once a second for an interface. Any thread.</summary>
    public Action<int>? Doubted { get; set; }

    /// <summary>Whether an interface of this host has the address in the host's own network namespace.</summary>
    public bool IsOwn(in NetworkAddress address) =>
        _own.ContainsKey(address) || (address.IsIPv4 && (uint)address.Low >> 24 == 127);

    /// <summary>The pod interface behind which the address is, or was until a few seconds ago.</summary>
    public bool TryFindInterface(in NetworkAddress address, out int ifindex)
    {
        ifindex = 0;
        if (
            !_behind.TryGetValue(address, out var placement)
            || (!placement.Lasts && Now() - placement.GoneNs > _graceNs)
        )
        {
            return false;
        }

        ifindex = placement.Ifindex;
        return true;
    }

    /// <summary>The pod interface behind which the address was at a time. Exact for the last <see cref="Grace"/>.</summary>
    /// <param name="address">Any.</param>
    /// <param name="atNs">Nanoseconds of CLOCK_MONOTONIC.</param>
    /// <param name="ifindex">0 if it was behind none.</param>
    public bool TryFindInterface(in NetworkAddress address, long atNs, out int ifindex)
    {
        ifindex = _behind.TryGetValue(address, out var placement) ? placement.At(atNs)?.Ifindex ?? 0 : 0;
        return ifindex != 0;
    }

    /// <summary>
    /// Whether the address was behind a pod interface at a time, for packets that were seen there: another interface that had it before, and whose end
    /// was heard of late, has no say.
    /// </summary>
    public bool WasBehind(in NetworkAddress address, int ifindex, long atNs) =>
        _behind.TryGetValue(address, out var placement) && placement.Was(ifindex, atNs);

    /// <summary>
    /// The address was seen as that of a sender at an interface. Ignored unless that is a pod's interface of which the kernel tells no address of this
    /// family.
    /// </summary>
    public void Learn(in NetworkAddress address, int ifindex)
    {
        if (
            (_behind.TryGetValue(address, out var known) && known.Ifindex == ifindex && known.Lasts)
            || !_pods.TryGetValue(ifindex, out var pod)
            || !pod.Exists
            || !PodInterface.IsReachable(in address)
            || IsOwn(in address)
        )
        {
            return;
        }

        if (Doubted is { } doubted && pod.TryAsk(Now(), _questionNs))
        {
            doubted(ifindex);
        }

        if (pod.Tells(address.IsIPv4))
        {
            return;
        }

        lock (_gate)
        {
            var current = _behind.GetValueOrDefault(address);
            var free =
                current is null
                || !current.Lasts
                || (current.Learned && SinceNs(current.Ifindex) < pod.SinceNs);
            if (pod.Exists && !pod.Tells(address.IsIPv4) && free && pod.TryLearn(in address))
            {
                Place(in address, ifindex, learned: true, current);
            }
        }
    }

    /// <summary>Whether a pod or container is behind the interface; of one that is gone, for <see cref="Grace"/>.</summary>
    public bool IsPodInterface(int ifindex) => _pods.ContainsKey(ifindex);

    /// <summary>When a pod interface appeared, nanoseconds of CLOCK_MONOTONIC; 0 if it was there when the agent started, or is not known.</summary>
    public long SinceNs(int ifindex) => _pods.TryGetValue(ifindex, out var pod) ? pod.SinceNs : 0;

    /// <summary>When a pod interface went, nanoseconds of CLOCK_MONOTONIC; the largest number while it is there, or is not known.</summary>
    public long GoneNs(int ifindex) => _pods.TryGetValue(ifindex, out var pod) ? pod.GoneNs : long.MaxValue;

    /// <summary>How the addresses behind the pod interfaces that exist are known.</summary>
    public PodInterfaceCounts Count()
    {
        Span<int> counts = stackalloc int[3];
        foreach (var (_, pod) in _pods)
        {
            counts[(int)pod.Knowledge] += pod.Exists ? 1 : 0;
        }

        return new PodInterfaceCounts(
            counts[(int)AddressKnowledge.Told],
            counts[(int)AddressKnowledge.Learned],
            counts[(int)AddressKnowledge.None]
        );
    }

    /// <summary>Addresses and interfaces that are remembered.</summary>
    internal (int Addresses, int Interfaces) Sizes => (_behind.Count, _pods.Count);

    /// <summary>An interface of this host has the address; several may.</summary>
    public void AddOwn(in NetworkAddress address) =>
        _own.AddOrUpdate(address, 1, static (_, count) => count + 1);

    /// <summary>One interface less has the address. The writer of own addresses is one thread.</summary>
    public void RemoveOwn(in NetworkAddress address)
    {
        if (_own.TryGetValue(address, out var count) && count > 1)
        {
            _own[address] = count - 1;
        }
        else
        {
            _own.TryRemove(address, out _);
        }
    }

    /// <summary>A pod's interface is there.</summary>
    /// <param name="ifindex">Its number.</param>
    /// <param name="sinceNs">When it appeared; 0 if it was there before.</param>
    public void AddPod(int ifindex, long sinceNs)
    {
        lock (_gate)
        {
            if (!_pods.TryGetValue(ifindex, out var pod) || !pod.Exists)
            {
                _pods[ifindex] = new PodInterface(ifindex, sinceNs);
            }
        }
    }

    /// <summary>The kernel's list of the addresses behind a pod interface: all of them. Ignored if the interface is gone.</summary>
    public void SetAddresses(int ifindex, NetworkAddress[] addresses)
    {
        lock (_gate)
        {
            if (!_pods.TryGetValue(ifindex, out var pod) || !pod.Exists)
            {
                return;
            }

            var before = pod.Told;
            pod.Tell(addresses);
            foreach (var address in before)
            {
                if (Array.IndexOf(addresses, address) < 0)
                {
                    End(in address, pod);
                }
            }

            foreach (var address in pod.Learned)
            {
                if (pod.Tells(address.IsIPv4))
                {
                    pod.Unlearn(address);
                    End(in address, pod);
                }
            }

            foreach (var address in addresses)
            {
                var current = _behind.GetValueOrDefault(address);
                var taken =
                    current is { Lasts: true, Learned: false }
                    && (current.Ifindex == ifindex || SinceNs(current.Ifindex) > pod.SinceNs);
                if (!taken)
                {
                    Place(in address, ifindex, learned: false, current);
                }
            }
        }
    }

    /// <summary>The interface is gone, or has no pod behind it any more.</summary>
    public void RemovePod(int ifindex)
    {
        lock (_gate)
        {
            if (!_pods.TryGetValue(ifindex, out var pod) || !pod.Exists)
            {
                return;
            }

            pod.GoneNs = Now();
            _gone.Enqueue(pod);
            foreach (var address in pod.Told)
            {
                End(in address, pod);
            }

            foreach (var address in pod.Learned)
            {
                End(in address, pod);
            }
        }
    }

    /// <summary>Forgets what ended longer than <see cref="Grace"/> ago. To be called now and then.</summary>
    public void Prune()
    {
        lock (_gate)
        {
            var before = Now() - _graceNs;
            while (_gone.TryPeek(out var pod) && pod.GoneNs < before)
            {
                _gone.Dequeue();
                _pods.TryRemove(KeyValuePair.Create(pod.Ifindex, pod));
            }

            while (_ended.TryPeek(out var ended) && ended.Placement.GoneNs < before)
            {
                _ended.Dequeue();
                Forget(in ended.Address, ended.Placement);
            }
        }
    }

    private void Forget(in NetworkAddress address, AddressPlacement ended)
    {
        if (!_behind.TryGetValue(address, out var current))
        {
            return;
        }

        if (ReferenceEquals(current, ended))
        {
            _behind.TryRemove(address, out _);
        }
        else if (ReferenceEquals(current.Before, ended))
        {
            current.Before = null;
        }
    }

    /// <param name="address">What is placed.</param>
    /// <param name="ifindex">Where.</param>
    /// <param name="learned">How that is known.</param>
    /// <param name="current">Where it is, or was last.</param>
    private void Place(in NetworkAddress address, int ifindex, bool learned, AddressPlacement? current)
    {
        if (current is { Lasts: true } && current.Ifindex == ifindex)
        {
            _behind[address] = new AddressPlacement(ifindex, learned, current.Before);
            return;
        }

        if (current is not null)
        {
            current.Before = null;
            if (current.Lasts)
            {
                End(in address, current);
            }
        }

        _behind[address] = new AddressPlacement(ifindex, learned, current);
    }

    /// <summary>An address is not behind an interface any more; another one that has it too takes over.</summary>
    private void End(in NetworkAddress address, PodInterface pod)
    {
        if (
            !_behind.TryGetValue(address, out var placement)
            || placement.Ifindex != pod.Ifindex
            || !placement.Lasts
        )
        {
            return;
        }

        End(in address, placement);
        PodInterface? heir = null;
        foreach (var (_, other) in _pods)
        {
            if (other.Exists && other.Told.Contains(address) && other.SinceNs >= (heir?.SinceNs ?? 0))
            {
                heir = other;
            }
        }

        if (heir is not null)
        {
            Place(in address, heir.Ifindex, learned: false, placement);
        }
    }

    private void End(in NetworkAddress address, AddressPlacement placement)
    {
        placement.GoneNs = Now();
        _ended.Enqueue((address, placement));
    }

    // On Linux the system's timestamps are nanoseconds of CLOCK_MONOTONIC.
    private long Now() => time.GetTimestamp() * (1_000_000_000 / time.TimestampFrequency);
}
