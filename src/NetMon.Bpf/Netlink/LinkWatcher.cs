using System.Collections.Immutable;
using NetMon.Bpf.Interop;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Netlink;

public sealed class LinkWatcherOptions
{
    /// <summary>Bytes of events that may wait; on more, everything is listed anew.</summary>
    public int ReceiveBufferBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>The namespace to watch (/run/netns/NAME); null: that of the thread that makes the watcher.</summary>
    public string? NetworkNamespace { get; init; }
}

/// <summary>
/// Keeps a list of a network namespace's interfaces, their addresses and default routes, from the kernel's events.
/// </summary>
/// <remarks>
/// <code>
/// (1) subscribe    (2) discard what waits, list everything, tell the differences    (3) follow the events
///                       ^------------------------------ overrun, or the list was disturbed --------'
/// </code>
/// A change after (2) began is among the events, one before is in the list, so nothing is missed. Some things change
/// without an event of their own, and are asked for: the peer of a new veth, which is joined to it after the event; a veth
/// whose peer moved to another namespace (its own description then names that namespace); and IPv4 routes that went
/// with an address or with an interface going down.
/// </remarks>
public sealed class LinkWatcher : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>Datagrams handled before routes and peers are looked at.</summary>
    private const int MaxBatch = 256;

    private readonly ILinkObserver _observer;
    private readonly NetlinkSocket _events;
    private readonly NetlinkSocket _requests;
    private readonly LinkLister _lister;
    private readonly LinkTable _table;
    private readonly Event _stop = new();
    private readonly TaskCompletionSource _listed = new();
    private readonly Thread _thread;
    private readonly HashSet<int> _doubtful = [];
    private bool _routesDoubtful;
    private bool _allDoubtful = true;
    private volatile bool _stopping;
    private long _overruns;

    /// <exception cref="BpfException">The sockets cannot be opened.</exception>
    public LinkWatcher(LinkWatcherOptions options, ILinkObserver observer)
    {
        ArgumentNullException.ThrowIfNull(options);
        _observer = observer;
        (_events, _requests) = options.NetworkNamespace is null
            ? OpenSockets(options)
            : NetworkNamespace.Run(options.NetworkNamespace, () => OpenSockets(options));
        _lister = new LinkLister(_requests);
        _table = new LinkTable(observer);
        _thread = new Thread(Run) { IsBackground = true, Name = "links" };
    }

    /// <summary>A snapshot of all interfaces, by index.</summary>
    public ImmutableDictionary<int, NetworkLink> Links => _table.Links;

    /// <summary>How often events were lost and everything was listed anew.</summary>
    public long Overruns => Volatile.Read(ref _overruns);

    /// <summary>Starts watching; returns when the observer was told of the interfaces that are there.</summary>
    /// <exception cref="BpfException">The first list failed.</exception>
    public void Start()
    {
        _thread.Start();
        _listed.Task.GetAwaiter().GetResult();
    }

    /// <summary>Stops watching; no call to the observer is under way afterwards. Not from within one.</summary>
    public void Dispose()
    {
        _stopping = true;
        _stop.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _events.Dispose();
        _requests.Dispose();
        _stop.Dispose();
    }

    private static (NetlinkSocket Events, NetlinkSocket Requests) OpenSockets(LinkWatcherOptions options)
    {
        var events = NetlinkSocket.Open(NetlinkProtocol.NETLINK_ROUTE);
        events.SetReceiveBuffer(options.ReceiveBufferBytes);
        events.Join(RTNLGRP_LINK);
        events.Join(RTNLGRP_IPV4_IFADDR);
        events.Join(RTNLGRP_IPV6_IFADDR);
        events.Join(RTNLGRP_IPV4_ROUTE);
        events.Join(RTNLGRP_IPV6_ROUTE);
        return (events, NetlinkSocket.Open(NetlinkProtocol.NETLINK_ROUTE));
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                Settle();
                _listed.TrySetResult();
                var again = _allDoubtful || _routesDoubtful;
                var timeout = again ? RetryAfter : Timeout.InfiniteTimeSpan;
                Waiting.ForData(_events.Descriptor, _stop, timeout, out _);
                Follow();
            }
            catch (BpfException error)
            {
                _allDoubtful = true;
                if (_listed.TrySetException(error))
                {
                    return;
                }

                _observer.Failed(error);
                Thread.Sleep(RetryAfter);
            }
        }
    }

    /// <summary>Asks the kernel for what the events left in doubt.</summary>
    private void Settle()
    {
        if (_allDoubtful)
        {
            Discard();
            var links = _lister.List(out var consistent);
            _table.Replace(links, consistent);
            _allDoubtful = !consistent;
            _routesDoubtful = false;
            _doubtful.Clear();
        }

        foreach (var index in _doubtful)
        {
            if (_table.Links.ContainsKey(index))
            {
                var visitor = new Applier(this);
                _lister.Get(index, ref visitor);
            }
        }

        _doubtful.Clear();
        if (_routesDoubtful)
        {
            var routes = _lister.ListDefaultRoutes(out var consistent);
            _table.SetDefaultRoutes(routes, consistent);
            _routesDoubtful = !consistent;
        }
    }

    private void Follow()
    {
        for (var i = 0; i < MaxBatch; i++)
        {
            switch (_events.TryReceive(out var datagram))
            {
                case ReceiveOutcome.Empty:
                    return;
                case ReceiveOutcome.Overrun:
                    _overruns++;
                    _allDoubtful = true;
                    return;
                default:
                    var messages = new NetlinkMessageReader(datagram);
                    while (messages.TryRead(out var message))
                    {
                        Apply(in message);
                    }

                    break;
            }
        }
    }

    /// <summary>Events from before the list would bring back what is gone.</summary>
    private void Discard()
    {
        while (_events.TryReceive(out _) != ReceiveOutcome.Empty) { }
    }

    private void Apply(in NetlinkMessage message)
    {
        switch (message.Type)
        {
            case RTM_NEWLINK or RTM_DELLINK when LinkMessage.TryParse(message.Payload, out var link):
                Apply(message.Type, in link);
                break;
            case RTM_NEWADDR or RTM_DELADDR when AddressMessage.TryParse(message.Payload, out var address):
                var changed =
                    message.Type == RTM_NEWADDR
                        ? _table.AddAddress(in address)
                        : _table.RemoveAddress(in address);
                _routesDoubtful |= changed is { HasDefaultRoute: true };
                break;
            case RTM_NEWROUTE or RTM_DELROUTE when RouteMessage.TryParse(message.Payload, out var route):
                _routesDoubtful |= route.IsDefault;
                break;
        }
    }

    private void Apply(ushort type, in LinkMessage message)
    {
        // A bridge tells of its ports in its own family: RTM_DELLINK then means that a port left it. Messages without a
        // name are partial.
        if (message.Family != AF_UNSPEC || message.Name.IsEmpty)
        {
            return;
        }

        var known = _table.Links.TryGetValue(message.Index, out var before);
        if (type == RTM_NEWLINK)
        {
            _table.Put(in message);
            if (!known && message.LowerIndex == 0 && !message.Kind.IsEmpty)
            {
                _doubtful.Add(message.Index);
            }

            var wentDown = known && before.Up && (message.Flags & IFF_UP) == 0;
            _routesDoubtful |= wentDown && before.HasDefaultRoute;
            return;
        }

        _table.Remove(message.Index);
        foreach (var (index, link) in _table.Links)
        {
            if (link.LowerIndex == message.Index && !link.PeerInOtherNamespace)
            {
                _doubtful.Add(index);
            }
        }
    }

    private readonly struct Applier(LinkWatcher watcher) : INetlinkVisitor
    {
        public void OnMessage(in NetlinkMessage message) => watcher.Apply(in message);
    }
}
