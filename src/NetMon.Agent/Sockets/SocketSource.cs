using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetMon.Agent.Capture;
using NetMon.Agent.Flows;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Sockets;

/// <summary>Takes what the kernel tells of sockets, and brings it to their flows. The capture loop's; allocates nothing per event.</summary>
/// <remarks>
/// <code>
///   ring, walk --(1) remember it--(2) the flows that are there get it     flows that come later ask (FlowOwners.Fill)
///   a walk has ended --(3) flows without an owner ask again, a few at a time
/// </code>
/// </remarks>
internal sealed class SocketSource : ISideSource
{
    private const int MaxEvents = 16_384;
    private const int SlotsPerStep = 1024;

    private readonly ISocketEvents _events;
    private readonly FlowTable _table;
    private readonly FlowOwners _owners;
    private readonly OwnerPool _pool;
    private readonly SocketWalker _walker;
    private int _nextSlot = int.MaxValue;
    private long _walks;
    private bool _taking;

    /// <param name="events">What the kernel tells.</param>
    /// <param name="table">The flows.</param>
    /// <param name="owners">What is remembered.</param>
    /// <param name="pool">Processes.</param>
    /// <param name="walker">Walks through all sockets now and then.</param>
    public SocketSource(
        ISocketEvents events,
        FlowTable table,
        FlowOwners owners,
        OwnerPool pool,
        SocketWalker walker
    )
    {
        _events = events;
        _table = table;
        _owners = owners;
        _pool = pool;
        _walker = walker;
        owners.More = TakeEvents;
    }

    /// <summary>What is there before anything else: to be called before the capture begins.</summary>
    public void WalkFirst(Span<SocketEvent> room)
    {
        using var walk = _events.OpenWalk();
        int count;
        while ((count = walk.Read(room)) > 0)
        {
            foreach (ref readonly var one in room[..count])
            {
                Apply(in one);
            }
        }
    }

    public void Take(ulong nowNs, bool last)
    {
        TakeEvents();
        if (_walker.HasEvents)
        {
            foreach (ref readonly var one in _walker.Events)
            {
                Apply(in one);
            }

            _walker.Release();
        }

        if (_walker.Walks != _walks)
        {
            _walks = _walker.Walks;
            _nextSlot = 0;
        }

        FillStep();
        _owners.Expire(nowNs);
    }

    /// <summary>Takes one event.</summary>
    public void Apply(in SocketEvent one)
    {
        if (one.LocalEnd > 1)
        {
            _owners.CountBad();
            return;
        }

        switch (one.Kind)
        {
            case SocketKind.Bound:
            case SocketKind.Unbound:
                ApplyListener(in one);
                break;
            case SocketKind.Opened:
            case SocketKind.Seen:
            case SocketKind.Closed:
                ApplyConnection(in one);
                break;
        }
    }

    /// <summary>Lets every flow without an owner ask again, at once.</summary>
    internal void FillAll()
    {
        for (_nextSlot = 0; _nextSlot < _table.SlotLimit; )
        {
            FillStep();
        }
    }

    private bool TakeEvents()
    {
        if (_taking)
        {
            return false;
        }

        _taking = true;
        try
        {
            return _events.Consume(new SocketSink(this), MaxEvents) > 0;
        }
        finally
        {
            _taking = false;
        }
    }

    private void ApplyListener(in SocketEvent one)
    {
        var local = new NetworkAddress(one.Key.Address[one.LocalEnd]);
        var key = new PortKey(
            one.Owner.Netns,
            local.IsUnspecified ? default : local,
            one.Key.Port[one.LocalEnd],
            one.Key.Protocol
        );
        if (one.Kind == SocketKind.Unbound)
        {
            ref var known = ref _owners.Find(in key);
            if (!Unsafe.IsNullRef(in known) && known.Cookie == one.Cookie)
            {
                known.ClosedNs = one.TimeNs;
            }

            return;
        }

        ref var listener = ref _owners.Touch(in key, one.TimeNs);
        listener.Owner = _pool.Find(in one.Owner, one.TimeNs) ?? listener.Owner;
        listener.Cookie = one.Cookie;
        listener.ClosedNs = 0;
        _owners.Learn(in local, one.Owner.Netns, one.TimeNs);
        _owners.Learn(new(MemoryMarshal.AsBytes((ReadOnlySpan<ulong>)one.Home)), one.Owner.Netns, one.TimeNs);
    }

    // (1)
    private void ApplyConnection(in SocketEvent one)
    {
        var key = new ConnectionKey(in one.Key, one.LocalEnd);
        if (one.Kind == SocketKind.Closed)
        {
            ref readonly var known = ref _owners.Find(in key);
            if (!Unsafe.IsNullRef(in known) && known.Cookie != one.Cookie && known.ClosedNs == 0)
            {
                return; // a younger socket has the tuple
            }
        }

        ref var connection = ref _owners.Touch(in key, one.TimeNs);
        if (connection.Cookie != one.Cookie)
        {
            connection = default;
        }

        connection.Cookie = one.Cookie;
        connection.IsAccepted = (one.Owner.Flags & SocketFlags.Accepted) != SocketFlags.None;
        connection.Owner = _pool.Find(in one.Owner, one.TimeNs) ?? connection.Owner;
        connection.ClosedNs = one.Kind == SocketKind.Closed ? one.TimeNs : 0;
        if (one.HasFigures != 0 && one.Kind != SocketKind.Opened)
        {
            connection.Figures = new()
            {
                ReadNs = one.TimeNs,
                SrttUs = one.SrttUs,
                RttVarUs = one.SrttUs == 0 ? 0 : one.RttvarUs, // without a sample it is a default
                MinRttUs = one.MinRttUs,
                Retransmits = one.Retransmits,
                DeliveryRate = Math.Min(one.DeliveryRate, long.MaxValue),
            };
        }

        _owners.Learn(new(one.Key.Address[one.LocalEnd]), one.Owner.Netns, one.TimeNs);
        Bring(_table.FindLatest(in one.Key), in one, in connection);
        Bring(_table.FindTwin(in one.Key), in one, in connection);
    }

    // (2)
    private void Bring(int slot, in SocketEvent one, in Connection connection)
    {
        if (slot < 0)
        {
            return;
        }

        ref var entry = ref _table[slot];
        var isOther =
            one.Kind == SocketKind.Opened
                ? entry.Flow.State is FlowState.Closed or FlowState.Reset
                : entry.Flow.StartNs > one.TimeNs;
        if (isOther)
        {
            return;
        }

        if (entry.Role == FlowRole.Waiting)
        {
            FlowOwners.Assign(ref entry.Flow, in one.Key, one.LocalEnd, in connection);
        }
        else if (entry.Role == FlowRole.Counted)
        {
            var flow = entry.Flow;
            if (FlowOwners.Assign(ref flow, in one.Key, one.LocalEnd, in connection))
            {
                _table.Commit(slot, in flow);
            }
        }
    }

    // (3)
    private void FillStep()
    {
        var end = Math.Min(_table.SlotLimit, _nextSlot + (long)SlotsPerStep);
        for (; _nextSlot < end; _nextSlot++)
        {
            if (_table.RoleOf(_nextSlot) != FlowRole.Counted)
            {
                continue;
            }

            ref var entry = ref _table[_nextSlot];
            ref readonly var ends = ref entry.Flow.Attribution;
            if (
                (ends.SourceLocal && entry.Flow.SourceOwner is null)
                || (ends.DestinationLocal && entry.Flow.DestinationOwner is null)
            )
            {
                var flow = entry.Flow;
                if (_owners.Fill(ref flow, in entry.Key, in entry.Twin))
                {
                    _table.Commit(_nextSlot, in flow);
                }
            }
        }
    }
}
