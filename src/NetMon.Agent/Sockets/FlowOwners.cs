using System.Runtime.CompilerServices;
using NetMon.Agent.Flows;
using NetMon.Agent.Interfaces;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Sockets;

namespace NetMon.Agent.Sockets;

/// <summary>What is known of one end's socket of a connection.</summary>
internal struct Connection
{
    public SocketOwner? Owner;
    public SocketFigures Figures;
    public ulong Cookie;

    /// <summary>0 while it is open.</summary>
    public ulong ClosedNs;
    public bool IsAccepted;
}

/// <summary>What is known of a socket that waits for others.</summary>
internal struct Listener
{
    public SocketOwner? Owner;
    public ulong Cookie;

    /// <summary>0 while it is open.</summary>
    public ulong ClosedNs;
}

/// <summary>Which process is behind a local end of a flow. The capture loop's; allocates nothing per flow.</summary>
/// <remarks>
/// <code>
///   (1) a connection's tuple, as its socket has it: that of the flow, or that on the other side of its translation
///   (2) else who waits for others at this port, in the end's network namespace: a TCP server before it accepts, UDP without a peer
/// </code>
/// Both sides of a connection may be here, and then each end has its own socket.
/// </remarks>
internal sealed class FlowOwners(
    LocalAddresses addresses,
    ulong ownNetns,
    int maxSockets,
    SocketCounts counts
)
{
    private const int MaxListeners = 16_384;
    private const int MaxHomes = 8192;

    /// <summary>Longer than four walks: what was not seen in that time is gone.</summary>
    private const ulong LifetimeNs = 70_000_000_000;
    private const ulong HomeLifetimeNs = 3600_000_000_000;
    private const int ExpiredAtOnce = 256;

    /// <summary>A socket's event comes with the packet's record, or a handshake later.</summary>
    private const ulong PatienceNs = 250_000_000;

    private readonly RecentTable<ConnectionKey, Connection> _connections = new(maxSockets, LifetimeNs);
    private readonly RecentTable<PortKey, Listener> _listeners = new(MaxListeners, LifetimeNs);

    /// <summary>Network namespaces of addresses, other than our own.</summary>
    private readonly RecentTable<NetworkAddress, ulong> _homes = new(MaxHomes, HomeLifetimeNs);

    /// <summary>Takes the events that have come meanwhile; null where sockets are not told of.</summary>
    public Func<bool>? More { get; set; }

    public ref Connection Touch(in ConnectionKey key, ulong nowNs) => ref _connections.Touch(in key, nowNs);

    public ref Connection Find(in ConnectionKey key) => ref _connections.Find(in key);

    public ref Listener Touch(in PortKey key, ulong nowNs) => ref _listeners.Touch(in key, nowNs);

    public ref Listener Find(in PortKey key) => ref _listeners.Find(in key);

    /// <summary>An address is in a network namespace.</summary>
    public void Learn(in NetworkAddress address, ulong netns, ulong nowNs)
    {
        if (netns != ownNetns && !address.IsUnspecified)
        {
            _homes.Touch(in address, nowNs) = netns;
        }
    }

    /// <summary>Forgets what is over.</summary>
    public void Expire(ulong nowNs)
    {
        _connections.Expire(nowNs, ExpiredAtOnce);
        _listeners.Expire(nowNs, ExpiredAtOnce);
        _homes.Expire(nowNs, ExpiredAtOnce);
        counts.Connections = _connections.Count;
        counts.Ports = _listeners.Count;
        counts.Displaced = _connections.Displaced + _listeners.Displaced;
    }

    /// <summary>Gives a flow the owners of its ends that it has not yet, as far as they are known.</summary>
    /// <param name="key">Of its packets.</param>
    /// <param name="twin">Of the same packets on the other side of their translation; protocol 0 if that is not known.</param>
    /// <returns>Whether something is new.</returns>
    public bool Fill(ref Flow flow, in FlowKey key, in FlowKey twin)
    {
        if (More is not { } more || !HasSockets(in flow))
        {
            return false;
        }

        var found = Look(ref flow, in key, in twin);

        // What was told before the packet left is on its way.
        if ((flow.SourceOwner is null || flow.DestinationOwner is null) && more())
        {
            found |= Look(ref flow, in key, in twin);
        }

        return found;
    }

    /// <summary>The same for a flow of the table that nobody sees yet.</summary>
    public void Fill(ref FlowEntry entry) => Fill(ref entry.Flow, in entry.Key, in entry.Twin);

    /// <summary>Whether the owner of a local end may yet turn up soon.</summary>
    public bool Awaits(in Flow flow, bool isSource, ulong nowNs) =>
        More is not null
        && HasSockets(in flow)
        && (isSource ? flow.SourceOwner : flow.DestinationOwner) is null
        && nowNs < flow.StartNs + PatienceNs;

    /// <summary>Counts an event that cannot be.</summary>
    public void CountBad() => counts.AddBad();

    /// <summary>Counts how well the ends of a flow that is over were known.</summary>
    public void Count(in Flow flow)
    {
        if (More is null || !HasSockets(in flow))
        {
            return;
        }

        Count(flow.Attribution.SourceLocal, flow.SourceOwner);
        Count(flow.Attribution.DestinationLocal, flow.DestinationOwner);
    }

    /// <summary>Gives the end of a flow that a connection's socket is.</summary>
    /// <param name="flow">Gets owner and figures.</param>
    /// <param name="key">The connection, as the socket has it.</param>
    /// <param name="localEnd">The end of the key that the socket is.</param>
    /// <param name="connection">What is known of it.</param>
    /// <returns>Whether something is new.</returns>
    public static bool Assign(ref Flow flow, in FlowKey key, int localEnd, in Connection connection)
    {
        if (!IsSource(in flow, in key, localEnd, connection.IsAccepted, out var isSource))
        {
            return false;
        }

        // Where several nodes share a kernel, the other end's socket is told of, too.
        if (
            IsDecided(in flow)
            && !(isSource ? flow.Attribution.SourceLocal : flow.Attribution.DestinationLocal)
        )
        {
            return false;
        }

        ref var owner = ref isSource ? ref flow.SourceOwner : ref flow.DestinationOwner;
        ref var figures = ref isSource ? ref flow.SourceSocket : ref flow.DestinationSocket;
        var isNew = connection.Owner is not null && !ReferenceEquals(owner, connection.Owner);
        owner = connection.Owner ?? owner;
        if (connection.Figures.ReadNs > figures.ReadNs)
        {
            figures = connection.Figures;
            isNew = true;
        }

        return isNew;
    }

    /// <summary>The ends are decided: one that is not local has no owner here.</summary>
    public static void Trim(ref Flow flow)
    {
        if (!flow.Attribution.SourceLocal)
        {
            flow.SourceOwner = null;
            flow.SourceSocket = default;
        }

        if (!flow.Attribution.DestinationLocal)
        {
            flow.DestinationOwner = null;
            flow.DestinationSocket = default;
        }
    }

    private static bool IsDecided(in Flow flow) => flow.Attribution.Scope != FlowScope.Unknown;

    private static bool HasSockets(in Flow flow) =>
        flow.Protocol is IpProtocol.Tcp or IpProtocol.Udp && flow.Class == FlowClass.Direct;

    private void Count(bool isLocal, SocketOwner? owner)
    {
        if (isLocal && owner is not null)
        {
            counts.AddOwned();
        }
        else if (isLocal)
        {
            counts.AddMissed();
        }
    }

    private static bool IsSource(
        in Flow flow,
        in FlowKey key,
        int localEnd,
        bool isAccepted,
        out bool isSource
    )
    {
        var address = new NetworkAddress(key.Address[localEnd]);
        var port = key.Port[localEnd];
        isSource = flow.Source.Address == address && flow.Source.Port == port;
        if (isSource || (flow.Destination.Address == address && flow.Destination.Port == port))
        {
            return true;
        }

        // Behind a translation of its address: who accepted is the destination.
        isSource = !isAccepted;
        return flow.Protocol == IpProtocol.Tcp;
    }

    private bool Look(ref Flow flow, in FlowKey key, in FlowKey twin)
    {
        var found = LookAtKey(ref flow, in key); // (1)
        if (twin.Protocol != 0)
        {
            found |= LookAtKey(ref flow, in twin);
        }

        ref readonly var ends = ref flow.Attribution;
        if (flow.SourceOwner is null && !ends.Asked.IsUnspecified)
        {
            var asked = ConnectionKey.Of(in flow.Source, in ends.Asked, ends.AskedPort, flow.Protocol);
            found |= LookAt(ref flow, in asked);
        }

        var isDecided = IsDecided(in flow);
        var mayBeSource = !isDecided || ends.SourceLocal;
        if (mayBeSource && flow.SourceOwner is null && flow.Protocol == IpProtocol.Udp) // (2)
        {
            flow.SourceOwner = OwnerOfPort(in flow, in flow.Source);
            found |= flow.SourceOwner is not null;
        }

        if ((!isDecided || ends.DestinationLocal) && flow.DestinationOwner is null)
        {
            flow.DestinationOwner = OwnerOfPort(in flow, in flow.Destination);
            found |= flow.DestinationOwner is not null;
        }

        return found;
    }

    private bool LookAtKey(ref Flow flow, in FlowKey key) =>
        LookAt(ref flow, new ConnectionKey(in key, 0)) | LookAt(ref flow, new ConnectionKey(in key, 1));

    private bool LookAt(ref Flow flow, in ConnectionKey key)
    {
        ref readonly var connection = ref _connections.Find(in key);
        return !Unsafe.IsNullRef(in connection)
            && !IsBefore(in flow, connection.ClosedNs)
            && Assign(ref flow, in key.Key, key.LocalEnd, in connection);
    }

    private SocketOwner? OwnerOfPort(in Flow flow, in FlowEndpoint end)
    {
        var netns = ownNetns;
        var address = end.Address;
        if (!addresses.IsOwn(in address))
        {
            ref readonly var home = ref _homes.Find(in address);
            if (Unsafe.IsNullRef(in home))
            {
                return null;
            }

            netns = home;
        }

        var key = new PortKey(netns, address, end.Port, flow.Protocol);
        var atAny = key.AtAny();
        return OwnerOf(in flow, in key) ?? OwnerOf(in flow, in atAny);
    }

    private SocketOwner? OwnerOf(in Flow flow, in PortKey key)
    {
        ref readonly var listener = ref _listeners.Find(in key);
        return Unsafe.IsNullRef(in listener) || IsBefore(in flow, listener.ClosedNs) ? null : listener.Owner;
    }

    // Another socket had the same tuple before.
    private static bool IsBefore(in Flow flow, ulong closedNs) => closedNs != 0 && closedNs < flow.StartNs;
}
