using System.Diagnostics;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Interop;

/// <summary>Small programs put known records on a real ring.</summary>
public sealed class RingBufferTests : IDisposable
{
    private const int RingBytes = 64 * 1024;
    private const int RecordBytes = 8 + 360;
    private static readonly byte[] Packet = new byte[64];

    private readonly BpfObject _object;
    private readonly BpfMap _map;
    private readonly BpfMap _refused;
    private readonly BpfProgram _good;
    private readonly BpfProgram _discarded;
    private readonly BpfProgram _wrongLength;
    private readonly RingBuffer<FlowRecord> _ring;

    public RingBufferTests()
    {
        Privileges.Require();
        _object = BpfObject.Open(File.ReadAllBytes(TestObjects.Compile("Interop/ring.bpf.c")), "ring"u8);
        _object.SetMaxEntries("records", RingBytes);
        _object.Load();
        _map = _object.TakeMap("records");
        _refused = _object.TakeMap(".bss");
        _good = _object.TakeProgram("good");
        _discarded = _object.TakeProgram("discarded");
        _wrongLength = _object.TakeProgram("wrong_length");
        _ring = new RingBuffer<FlowRecord>(_map);
    }

    [SkippableFact]
    public void Records_come_out_in_order_also_where_the_ring_wraps()
    {
        var collector = new Collector();
        for (var round = 0; round < 50; round++)
        {
            Run(_good, 100);
            Assert.Equal(100, _ring.Consume(ref collector, int.MaxValue));
        }

        Assert.Equal(5000, collector.Next);
        Assert.Equal(0, _ring.PendingBytes);
        Assert.Equal(0, _ring.BadRecords);
    }

    [SkippableFact]
    public void A_limit_leaves_the_rest_for_the_next_call()
    {
        var collector = new Collector();
        Run(_good, 10);
        Assert.Equal(3, _ring.Consume(ref collector, 3));
        Assert.Equal(7 * RecordBytes, _ring.PendingBytes);
        Assert.Equal(0, _ring.Consume(ref collector, 0));
        Assert.True(_ring.Wait(TimeSpan.Zero));
        Assert.Equal(7, _ring.Consume(ref collector, 100));
        Assert.False(_ring.Wait(TimeSpan.Zero));
    }

    [SkippableFact]
    public void Discarded_records_and_those_of_a_wrong_length_are_not_handed_out()
    {
        var collector = new Collector();
        Run(_discarded, 3);
        Run(_good, 1);
        Run(_wrongLength, 2);
        Run(_good, 1);
        Run(_discarded, 1);

        Assert.Equal(2, _ring.Consume(ref collector, int.MaxValue));
        Assert.Equal(2, _ring.BadRecords);
        Assert.Equal(0, _ring.PendingBytes);
    }

    [SkippableFact]
    public void A_full_ring_refuses_and_has_room_again_once_it_was_read()
    {
        var collector = new Collector();
        Run(_good, 1000);
        var held = RingBytes / RecordBytes;
        Assert.Equal((ulong)(1000 - held), Refused());
        Assert.Equal(held, _ring.Consume(ref collector, int.MaxValue));
        Run(_good, 1);
        Assert.Equal(1, _ring.Consume(ref collector, int.MaxValue));
    }

    [SkippableFact]
    public void A_handler_that_throws_loses_its_record_only()
    {
        Run(_good, 3);
        var thrower = new Thrower();
        Assert.Throws<InvalidOperationException>(() => _ring.Consume(ref thrower, 3));
        var collector = new Collector { Next = 1 };
        Assert.Equal(2, _ring.Consume(ref collector, int.MaxValue));
    }

    [SkippableFact]
    public void Waiting_ends_with_a_record_a_wake_or_the_time()
    {
        var start = Stopwatch.GetTimestamp();
        Assert.False(_ring.Wait(TimeSpan.FromMilliseconds(30)));
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(30));

        _ring.Wake();
        Assert.False(_ring.Wait(TimeSpan.FromSeconds(60)));

        var writer = Task.Run(() => Run(_good, 1));
        Assert.True(_ring.Wait(TimeSpan.FromSeconds(60)));
        writer.Wait();
        Assert.True(_ring.Wait(TimeSpan.FromSeconds(60)));
    }

    [SkippableFact]
    public void No_record_is_lost_and_no_wait_hangs_while_others_write()
    {
        const int Writers = 3;
        const int Each = 200_000;
        var writers = Enumerable.Range(0, Writers).Select(_ => Task.Run(() => Run(_good, Each))).ToArray();
        var counter = new Counter();
        var all = Task.WhenAll(writers).ContinueWith(_ => _ring.Wake(), TaskScheduler.Default);
        while (!all.IsCompleted || _ring.PendingBytes > 0)
        {
            _ring.Wait(TimeSpan.FromSeconds(60));
            _ring.Consume(ref counter, 64);
        }

        Assert.Equal((ulong)(Writers * Each), (ulong)counter.Count + Refused());
        Assert.Equal(0, _ring.BadRecords);
    }

    [SkippableFact]
    public void Consuming_allocates_nothing()
    {
        var counter = new Counter();
        Round();
        // A collection that another thread brings about counts the rest of this one's buffer as used.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Round()));
        Assert.Equal(6 * 150, counter.Count);

        long Round()
        {
            Run(_good, 150);
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ring.Wait(TimeSpan.Zero);
            _ring.Consume(ref counter, int.MaxValue);
            _ring.Wait(TimeSpan.Zero);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    public void Dispose()
    {
        _ring.Dispose();
        _map.Dispose();
        _refused.Dispose();
        _good.Dispose();
        _discarded.Dispose();
        _wrongLength.Dispose();
        _object.Dispose();
    }

    private static void Run(BpfProgram program, int times) =>
        program.TestRun(Packet, new() { Repeat = times });

    /// <summary>What found the ring full: the first variable of the data section.</summary>
    [SkippableFact]
    public void A_second_reader_goes_on_where_the_first_says_that_it_was()
    {
        var recorder = new Recorder();
        Run(_good, 5);
        Assert.Equal(5, _ring.Consume(ref recorder, 5));
        ulong[] expected = [.. Enumerable.Range(1, 5).Select(count => (ulong)(count * RecordBytes))];
        Assert.Equal(expected, recorder.Positions);
        Assert.Equal(expected[^1], _ring.Position);

        Run(_good, 5);
        using var second = new RingBuffer<FlowRecord>(_map);
        Assert.Equal(expected[^1], second.Position);
        second.SkipTo(expected[^1] + (2 * RecordBytes));
        var collector = new Collector { Next = 7 };
        Assert.Equal(3, second.Consume(ref collector, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => second.SkipTo(second.Position - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => second.SkipTo(second.Position + 8));
    }

    private ulong Refused()
    {
        Assert.True(_refused.TryLookup(0u, out UInt128 variables));
        return (ulong)variables;
    }

    private struct Counter : IRecordHandler<FlowRecord>
    {
        public long Count;

        public void OnRecord(in FlowRecord record, ulong position) => Count++;
    }

    private struct Collector : IRecordHandler<FlowRecord>
    {
        public long Next;

        public void OnRecord(in FlowRecord record, ulong position)
        {
            Assert.Equal(RecordReason.Update, record.Reason);
            Assert.Equal((ulong)Next, record.TimeNs);
            Next++;
        }
    }

    private readonly struct Recorder() : IRecordHandler<FlowRecord>
    {
        public List<ulong> Positions { get; } = [];

        public void OnRecord(in FlowRecord record, ulong position) => Positions.Add(position);
    }

    private struct Thrower : IRecordHandler<FlowRecord>
    {
        public readonly void OnRecord(in FlowRecord record, ulong position) =>
            throw new InvalidOperationException("no");
    }
}
