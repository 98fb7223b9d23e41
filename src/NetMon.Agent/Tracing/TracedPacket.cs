using NetMon.Bpf.Records;

namespace NetMon.Agent.Tracing;

/// <summary>What became of a packet, as far as it was seen.</summary>
internal enum PacketVerdict
{
    /// <summary>Nothing says that it was dropped, nor where it went: it waits, or the kernel freed it without a trace, as TCP does with what it takes.</summary>
    Open,

    /// <summary>This host took it.</summary>
    Delivered,

    /// <summary>It came in by an interface and left by another.</summary>
    Forwarded,

    /// <summary>This host made it, and it left.</summary>
    Sent,

    /// <summary>The kernel freed it for a reason that is a loss.</summary>
    Dropped,
}

/// <summary>A packet's way so far.</summary>
internal sealed class TracedPacket
{
    /// <summary>A packet that goes round in circles has more.</summary>
    public const int MaxPoints = 32;

    private readonly List<TraceEvent> _points = [];

    /// <summary>In the order in which they were seen.</summary>
    public IReadOnlyList<TraceEvent> Points => _points;

    /// <summary>Points beyond <see cref="MaxPoints"/>.</summary>
    public int MorePoints { get; private set; }

    /// <summary>The kernel freed it.</summary>
    public bool IsOver => _points.Count > 0 && _points[^1].Point is TracePoint.Done or TracePoint.Drop;

    public ulong FirstNs => _points[0].TimeNs;

    public ulong LastNs => _points[^1].TimeNs;

    /// <param name="isOrdinary">Whether freeing a packet there, for that reason, is no loss.</param>
    public PacketVerdict Judge(Func<TraceEvent, bool> isOrdinary)
    {
        var (isReceived, hasLeft, isTaken) = (false, false, false);
        foreach (var point in _points)
        {
            switch (point.Point)
            {
                case TracePoint.Drop when !isOrdinary(point):
                    return PacketVerdict.Dropped;
                case TracePoint.Receive:
                    // Over a veth, or loopback, what has left comes in again.
                    (isReceived, hasLeft) = (true, false);
                    break;
                case TracePoint.Send:
                    hasLeft = true;
                    break;
                case TracePoint.Socket or TracePoint.Read:
                case TracePoint.Done or TracePoint.Drop when !hasLeft:
                    isTaken = true;
                    break;
            }
        }

        return isTaken ? PacketVerdict.Delivered
            : !hasLeft ? PacketVerdict.Open
            : isReceived ? PacketVerdict.Forwarded
            : PacketVerdict.Sent;
    }

    /// <summary>Whether a point is of this packet: the buffer may have been freed in silence and be another's now.</summary>
    public bool Continues(in TraceEvent next)
    {
        if (next.HasTuple == 0)
        {
            return true;
        }

        foreach (var point in _points)
        {
            if (point.HasTuple != 0)
            {
                // Translation changes addresses and ports, not these.
                return point.Protocol == next.Protocol
                    && point.IpId == next.IpId
                    && point.Sequence == next.Sequence;
            }
        }

        return true;
    }

    public void Add(in TraceEvent point)
    {
        if (_points.Count == MaxPoints)
        {
            MorePoints++;
            return;
        }

        _points.Add(point);
    }
}
