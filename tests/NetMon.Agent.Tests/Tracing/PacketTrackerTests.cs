using NetMon.Agent.Tracing;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Tracing;

public sealed class PacketTrackerTests
{
    private const uint Ordinary = 2;

    private readonly List<TracedPacket> _told = [];
    private readonly PacketTracker _tracker;
    private ulong _now = 1000;

    public PacketTrackerTests() => _tracker = new PacketTracker(_told.Add);

    [Theory]
    [InlineData(PacketVerdict.Delivered, TracePoint.Receive, TracePoint.Done)]
    [InlineData(
        PacketVerdict.Delivered,
        TracePoint.Receive,
        TracePoint.Socket,
        TracePoint.Read,
        TracePoint.Done
    )]
    [InlineData(
        PacketVerdict.Delivered,
        TracePoint.Send,
        TracePoint.Driver,
        TracePoint.Receive,
        TracePoint.Done
    )]
    [InlineData(
        PacketVerdict.Forwarded,
        TracePoint.Receive,
        TracePoint.Send,
        TracePoint.Driver,
        TracePoint.Done
    )]
    [InlineData(PacketVerdict.Sent, TracePoint.Send, TracePoint.Driver, TracePoint.Done)]
    [InlineData(PacketVerdict.Dropped, TracePoint.Receive, TracePoint.Drop)]
    [InlineData(PacketVerdict.Dropped, TracePoint.Drop)]
    [InlineData(PacketVerdict.Dropped, TracePoint.Receive, TracePoint.Send, TracePoint.Drop)]
    internal void A_packets_verdict_follows_from_its_way(PacketVerdict expected, params TracePoint[] way)
    {
        foreach (var point in way)
        {
            See(1, point);
        }

        var packet = Assert.Single(_told);
        Assert.Equal(way, packet.Points.Select(point => point.Point));
        Assert.Equal(expected, Judge(packet));
    }

    [Fact]
    public void Freeing_for_an_ordinary_reason_is_no_loss()
    {
        See(1, TracePoint.Receive);
        See(1, TracePoint.Drop, reason: Ordinary);

        Assert.Equal(PacketVerdict.Delivered, Judge(Assert.Single(_told)));
    }

    [Fact]
    public void A_packet_that_was_under_way_before_everything_was_looked_at_is_told_to_nobody()
    {
        var tracker = new PacketTracker(_told.Add, sinceNs: _now + 4);
        See(1, TracePoint.Receive, sequence: 10, tracker: tracker);
        See(1, TracePoint.Send, sequence: 10, tracker: tracker);
        See(2, TracePoint.Receive, sequence: 20, tracker: tracker);
        See(3, TracePoint.Receive, sequence: 30, tracker: tracker);
        See(1, TracePoint.Done, sequence: 10, tracker: tracker);
        See(3, TracePoint.Done, sequence: 30, tracker: tracker);
        tracker.FinishOlderThan(ulong.MaxValue);

        Assert.Equal(30u, Assert.Single(_told).Points[0].Sequence);
    }

    [Fact]
    public void Packets_that_are_under_way_together_are_told_apart()
    {
        See(1, TracePoint.Receive, sequence: 10);
        See(2, TracePoint.Receive, sequence: 20);
        See(1, TracePoint.Drop, sequence: 10);
        See(2, TracePoint.Done, sequence: 20);

        Assert.Equal([10u, 20u], _told.Select(packet => packet.Points[0].Sequence));
        Assert.All(_told, packet => Assert.Equal(2, packet.Points.Count));
    }

    [Fact]
    public void Another_packet_in_the_same_buffer_is_another()
    {
        See(1, TracePoint.Receive, sequence: 10);
        See(1, TracePoint.Receive, sequence: 11);

        var first = Assert.Single(_told);
        Assert.Equal(10u, first.Points[0].Sequence);
        Assert.Equal(PacketVerdict.Open, Judge(first));
    }

    [Fact]
    public void What_is_quiet_is_told_as_it_is()
    {
        See(1, TracePoint.Receive);
        _tracker.FinishOlderThan(_now);
        Assert.Empty(_told);

        _tracker.FinishOlderThan(_now + 1);
        Assert.Single(_told);
        _tracker.FinishOlderThan(ulong.MaxValue);
        Assert.Single(_told);
    }

    [Fact]
    public void Its_memory_is_bounded()
    {
        for (var buffer = 1ul; buffer <= PacketTracker.MaxOpen + 5; buffer++)
        {
            See(buffer, TracePoint.Receive);
        }

        Assert.Equal(5, _told.Count);
        for (var i = 0; i < 2 * TracedPacket.MaxPoints; i++)
        {
            See(PacketTracker.MaxOpen, TracePoint.Send);
        }

        See(PacketTracker.MaxOpen, TracePoint.Done);
        _tracker.FinishOlderThan(ulong.MaxValue);
        var circling = Assert.Single(_told, packet => packet.MorePoints > 0);
        Assert.Equal(TracedPacket.MaxPoints, circling.Points.Count);
    }

    private static PacketVerdict Judge(TracedPacket packet) => packet.Judge(drop => drop.Reason == Ordinary);

    private void See(
        ulong buffer,
        TracePoint point,
        uint sequence = 7,
        uint reason = 5,
        PacketTracker? tracker = null
    )
    {
        var seen = new TraceEvent
        {
            Buffer = buffer,
            Point = point,
            TimeNs = ++_now,
            Protocol = 6,
            Sequence = sequence,
            Reason = reason,
            HasTuple = point == TracePoint.Driver ? (byte)0 : (byte)1,
        };
        (tracker ?? _tracker).OnRecord(in seen, 0);
    }
}
