using NetMon.Bpf;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tracing;

/// <summary>Puts the points of each packet together. One thread only; bounded by <see cref="MaxOpen"/>.</summary>
/// <param name="finished">Gets each packet.</param>
/// <param name="sinceNs">
/// When all programs were at work, nanoseconds of CLOCK_MONOTONIC: of what was under way before, a part of the points was seen only, which is told to nobody.
/// </param>
internal sealed class PacketTracker(Action<TracedPacket> finished, ulong sinceNs = 0)
    : IRecordHandler<TraceEvent>
{
    /// <summary>Packets that are under way at once; beyond them the oldest is told as it is.</summary>
    public const int MaxOpen = 4096;

    private readonly Dictionary<ulong, LinkedListNode<(ulong Buffer, TracedPacket Packet)>> _open = [];
    private readonly LinkedList<(ulong Buffer, TracedPacket Packet)> _byAge = [];

    public void OnRecord(in TraceEvent record, ulong position)
    {
        var node = _open.GetValueOrDefault(record.Buffer);
        if (node is not null && !node.Value.Packet.Continues(in record))
        {
            Finish(node);
            node = null;
        }

        if (node is null)
        {
            if (record.Point is not (TracePoint.Receive or TracePoint.Send or TracePoint.Drop))
            {
                // The late end of one that was told.
                return;
            }

            if (_open.Count == MaxOpen)
            {
                Finish(_byAge.First!);
            }

            node = _byAge.AddLast((record.Buffer, new TracedPacket()));
            _open[record.Buffer] = node;
        }

        var packet = node.Value.Packet;
        packet.Add(in record);
        if (packet.IsOver)
        {
            Finish(node);
        }
    }

    /// <summary>Tells of packets of which nothing was seen since a time.</summary>
    public void FinishOlderThan(ulong timeNs)
    {
        for (var node = _byAge.First; node is not null; )
        {
            var next = node.Next;
            if (node.Value.Packet.LastNs < timeNs)
            {
                Finish(node);
            }

            node = next;
        }
    }

    private void Finish(LinkedListNode<(ulong Buffer, TracedPacket Packet)> node)
    {
        _byAge.Remove(node);
        _open.Remove(node.Value.Buffer);
        if (node.Value.Packet.FirstNs >= sinceNs)
        {
            finished(node.Value.Packet);
        }
    }
}
