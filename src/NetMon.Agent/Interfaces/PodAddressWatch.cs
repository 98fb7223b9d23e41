using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;
using NetMon.Core.Flows;

namespace NetMon.Agent.Interfaces;

/// <summary>Keeps <see cref="LocalAddresses"/> up to date: this host's own addresses, and those behind its pod interfaces.</summary>
/// <remarks>
/// Own addresses come with the interfaces' events. Those behind a pod's interface are in another namespace, and are asked for by a loop of its own, so
/// that neither attaching waits for the questions nor the questions for attaching:
/// <code>
///   (1) a pod interface came, or its peer moved --.
///   (2) an address changed in another namespace --+--> in doubt --> (4) the loop asks the kernel for its addresses
///   (3) a sender that nobody told of -------------'                      '-- none yet: (5) in doubt again after a while
/// </code>
/// Where (2) is refused, every interface is asked again now and then; where (4) is, addresses are learned from what is sent.
/// </remarks>
internal sealed class PodAddressWatch : ILinkObserver, IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    /// <summary>Between two looks at every interface, where the kernel does not tell of changes.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(10);

    /// <summary>The dummy interface on which kube-proxy in IPVS mode puts every service's address: they are not this host's.</summary>
    private const string ServiceAddresses = "kube-ipvs0";

    private readonly LocalAddresses _addresses;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _doubtful = [];
    private readonly Dictionary<int, NetworkLink> _pods = [];
    private readonly Dictionary<(int Namespace, int Ifindex), int> _peers = [];

    // The loop's.
    private readonly Dictionary<int, Retry> _retries = [];
    private readonly List<LinkAddress> _listed = [];
    private readonly Thread _thread;
    private NamespaceAddressLister? _lister;
    private NamespaceAddressEvents? _events;
    private string? _saidRefusal;
    private volatile bool _settled;
    private volatile bool _stopping;

    public PodAddressWatch(LocalAddresses addresses, ILogger<PodAddressWatch> logger)
    {
        _addresses = addresses;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "addresses" };
        addresses.Doubted = Doubt; // (3)
    }

    /// <summary>Why the kernel does not tell of addresses behind pod interfaces, so that they are learned; null if it does.</summary>
    public string? ListRefusal => _lister?.Refusal;

    /// <summary>Why the kernel does not tell of changes of those addresses, so that they are asked for each 10 s; null if it does.</summary>
    public string? EventRefusal => _events?.Refusal;

    /// <summary>Opens the sockets in the network namespace of the calling thread, and starts the loop; before the interfaces are listed.</summary>
    /// <exception cref="BpfException">There are no sockets to be had.</exception>
    public void Start()
    {
        _lister = NamespaceAddressLister.Open();
        _events = NamespaceAddressEvents.Open();
        if (_events.Refusal is { } refusal)
        {
            AgentLog.AddressEventsRefused(_logger, refusal);
        }

        _thread.Start();
    }

    /// <summary>The interfaces that were there at the start have been told of.</summary>
    public void Settled() => _settled = true;

    public void Dispose()
    {
        _stopping = true;
        _events?.Wake();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _addresses.Doubted = null;
        _events?.Dispose();
        _lister?.Dispose();
    }

    // (1)
    public void Added(in NetworkLink link)
    {
        foreach (var address in OwnAddresses(in link))
        {
            _addresses.AddOwn(NetworkAddress.From(address.Address));
        }

        if (InterfaceRules.IsPodInterface(in link))
        {
            Follow(in link);
        }
    }

    public void Changed(in NetworkLink before, in NetworkLink after)
    {
        // What stays is added before it is removed, so that no reader misses it meanwhile.
        foreach (var address in OwnAddresses(in after))
        {
            _addresses.AddOwn(NetworkAddress.From(address.Address));
        }

        foreach (var address in OwnAddresses(in before))
        {
            _addresses.RemoveOwn(NetworkAddress.From(address.Address));
        }

        var (was, isNow) = (
            InterfaceRules.IsPodInterface(in before),
            InterfaceRules.IsPodInterface(in after)
        );
        if (was && !isNow)
        {
            Abandon(in before);
        }
        else if (isNow)
        {
            Follow(in after);
        }
    }

    public void Removed(in NetworkLink link)
    {
        foreach (var address in OwnAddresses(in link))
        {
            _addresses.RemoveOwn(NetworkAddress.From(address.Address));
        }

        Abandon(in link);
    }

    /// <summary>Reported by whoever watches the interfaces.</summary>
    public void Failed(Exception error) { }

    private static ReadOnlySpan<LinkAddress> OwnAddresses(in NetworkLink link) =>
        string.Equals(link.Name, ServiceAddresses, StringComparison.Ordinal) ? [] : link.Addresses.AsSpan();

    private void Follow(in NetworkLink link)
    {
        _addresses.AddPod(link.Index, _settled ? System.Diagnostics.Stopwatch.GetTimestamp() : 0);
        lock (_gate)
        {
            if (_pods.TryGetValue(link.Index, out var before))
            {
                ForgetPeer(in before);
            }

            _pods[link.Index] = link;
            _peers[(link.PeerNamespace ?? -1, link.LowerIndex)] = link.Index;
        }

        Doubt(link.Index);
    }

    private void Abandon(in NetworkLink link)
    {
        lock (_gate)
        {
            if (!_pods.Remove(link.Index, out var known))
            {
                return;
            }

            ForgetPeer(in known);
        }

        _addresses.RemovePod(link.Index);
    }

    // The number of a namespace that ends is free before its interfaces are gone: it may be another's by now.
    private void ForgetPeer(in NetworkLink of)
    {
        var peer = (of.PeerNamespace ?? -1, of.LowerIndex);
        if (_peers.TryGetValue(peer, out var index) && index == of.Index)
        {
            _peers.Remove(peer);
        }
    }

    private void Doubt(int ifindex)
    {
        lock (_gate)
        {
            if (!_doubtful.Add(ifindex) || _doubtful.Count > 1)
            {
                return;
            }
        }

        _events?.Wake();
    }

    private void DoubtAll()
    {
        lock (_gate)
        {
            _doubtful.UnionWith(_pods.Keys);
        }
    }

    private void Run()
    {
        var recheckNs = Now() + (long)Recheck.TotalNanoseconds;
        while (!_stopping)
        {
            try
            {
                _events!.Wait(UntilNextRetry());
                var changes = new Changes(this);
                if (!_events.Receive(ref changes)) // (2)
                {
                    DoubtAll();
                }

                if (Now() >= recheckNs)
                {
                    recheckNs = Now() + (long)Recheck.TotalNanoseconds;
                    _addresses.Prune();
                    if (_events.Refusal is not null)
                    {
                        DoubtAll();
                    }
                }

                AskDoubtful();
            }
            catch (BpfException error)
            {
                AgentLog.AddressesFailed(_logger, error.Message);
                Thread.Sleep(FirstRetry);
            }
        }
    }

    private void AskDoubtful()
    {
        List<NetworkLink> asked = [];
        lock (_gate)
        {
            foreach (var ifindex in _doubtful)
            {
                if (_pods.TryGetValue(ifindex, out var link))
                {
                    asked.Add(link);
                }
            }

            _doubtful.Clear();
            foreach (var (ifindex, retry) in _retries)
            {
                if (!_pods.TryGetValue(ifindex, out var link))
                {
                    _retries.Remove(ifindex);
                }
                else if (retry.DueNs <= Now())
                {
                    asked.Add(link);
                }
            }
        }

        foreach (ref readonly var link in CollectionsMarshal.AsSpan(asked))
        {
            if (_stopping)
            {
                return;
            }

            Ask(in link);
        }
    }

    // (4)
    private void Ask(in NetworkLink link)
    {
        var listing = link.PeerNamespace is { } number
            ? _lister!.List(number, link.LowerIndex, _listed)
            : NamespaceListing.Gone;
        if (listing == NamespaceListing.Refused)
        {
            _retries.Remove(link.Index);
            SayRefusal();
            return;
        }

        if (listing == NamespaceListing.Listed)
        {
            _addresses.SetAddresses(
                link.Index,
                [.. _listed.Select(address => NetworkAddress.From(address.Address))]
            );
            if (_listed.Exists(address => address.Global))
            {
                _retries.Remove(link.Index);
                return;
            }
        }

        // (5)
        var delay = _retries.TryGetValue(link.Index, out var before) ? before.Delay * 2 : FirstRetry;
        delay = delay < LongestRetry ? delay : LongestRetry;
        _retries[link.Index] = new Retry(Now() + (long)delay.TotalNanoseconds, delay);
    }

    private void SayRefusal()
    {
        var refusal = _lister!.Refusal;
        if (!string.Equals(refusal, _saidRefusal, StringComparison.Ordinal))
        {
            _saidRefusal = refusal;
            AgentLog.AddressListRefused(_logger, refusal ?? "");
        }
    }

    private TimeSpan UntilNextRetry()
    {
        lock (_gate)
        {
            if (_doubtful.Count > 0)
            {
                return TimeSpan.Zero;
            }
        }

        var due = Now() + (long)Recheck.TotalNanoseconds;
        foreach (var (_, retry) in _retries)
        {
            due = Math.Min(due, retry.DueNs);
        }

        return TimeSpan.FromMicroseconds(Math.Max(0, (due - Now()) / 1000));
    }

    private static long Now() => System.Diagnostics.Stopwatch.GetTimestamp();

    private readonly record struct Retry(long DueNs, TimeSpan Delay);

    private readonly struct Changes(PodAddressWatch watch) : INamespaceAddressObserver
    {
        public void AddressChanged(int namespaceId, int ifindex)
        {
            lock (watch._gate)
            {
                if (watch._peers.TryGetValue((namespaceId, ifindex), out var pod))
                {
                    watch._doubtful.Add(pod);
                }
            }
        }
    }
}
