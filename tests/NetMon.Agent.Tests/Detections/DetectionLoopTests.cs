using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Detections;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;
using NetMon.Testing;

namespace NetMon.Agent.Tests.Detections;

[Collection(Alone.Name)]
public sealed class DetectionLoopTests : IDisposable
{
    private const ulong Second = 1_000_000_000;
    private const ulong Start = 5000 * Second;

    private readonly PipelineUnderTest _agent = new(follow: false);
    private readonly List<SecurityEvent> _told = [];
    private readonly DetectionLoop _loop;

    public DetectionLoopTests()
    {
        _loop = Loop(new SightingQueue());
        _agent.Pipeline.Detections = _loop.Tap;
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void A_flow_without_an_answer_counts_when_it_had_its_time_and_not_before()
    {
        for (var port = 1; port <= 30; port++)
        {
            _agent.Process(Syn(port).Record(RecordReason.Open, (1, 60)));
        }

        _loop.Step(Start + Second);
        _loop.Step(Start + (5 * Second));
        Assert.Empty(_told);
        // Three seconds for an answer, and twice the interval for the kernel to tell of it.
        _loop.Step(Start + (6 * Second));
        Assert.Equal(DetectionType.VerticalScan, Assert.Single(_told).Type);
    }

    [Fact]
    public void A_flow_that_is_answered_in_time_does_not_count()
    {
        for (var port = 1; port <= 30; port++)
        {
            var flow = Syn(port);
            _agent.Process(flow.Record(RecordReason.Open, (1, 60)));
            _loop.Step(Start + (4 * Second));
            _agent.Process(flow.Established().Record(RecordReason.Update, (1, 60), (1, 60)));
        }

        _loop.Step(Start + (10 * Second));
        Assert.Empty(_told);
    }

    [Fact]
    public void A_flow_that_is_refused_or_ends_is_examined_then_and_only_once()
    {
        for (var port = 1; port <= 30; port++)
        {
            var flow = Syn(port).WithFlags(0x02, 0x14);
            flow.State.TcpState = FlowTcpState.Reset;
            _agent.Process(flow.Record(RecordReason.Open, (1, 60), (1, 40)));
            _agent.Process(flow.Record(RecordReason.End));
        }

        _loop.Step(Start + Second);
        Assert.Single(_told, told => told.Step == SecurityEventStep.Begin);
        _loop.Step(Start + (10 * Second));
        Assert.Equal(30, _told[^1].Evidence.Attempts);
    }

    [Fact]
    public void What_the_agent_ends_itself_when_it_stops_is_not_held_against_anybody()
    {
        var flows = Enumerable.Range(1, 30).Select(Syn).ToArray();
        foreach (var flow in flows)
        {
            _agent.Process(flow.Record(RecordReason.Open, (1, 60)));
        }

        _agent.Pipeline.BeginDrain(Start);
        foreach (var flow in flows)
        {
            _agent.Process(flow.Record(RecordReason.End));
        }

        _loop.Step(Start + (10 * Second));
        Assert.Empty(_told);
    }

    [Fact]
    public void A_full_queue_loses_what_comes_counts_it_and_goes_on()
    {
        using var loop = Loop(new SightingQueue(16));
        _agent.Pipeline.Detections = loop.Tap;
        for (var port = 1; port <= 50; port++)
        {
            _agent.Process(Syn(port).Record(RecordReason.Open, (1, 60)));
        }

        Assert.Equal(34, loop.SightingsLost);
        loop.Step(Start);
        _agent.Process(Syn(60).Record(RecordReason.Open, (1, 60)));
        Assert.Equal(34, loop.SightingsLost);
    }

    [Fact]
    public void A_record_still_allocates_nothing()
    {
        // One for each table of the index on average: one that grows at its limit and shrinks again would allocate.
        var records = new FlowRecord[256][];
        for (var i = 0; i < records.Length; i++)
        {
            var flow = new TestFlow($"10.0.0.1:{40_000 + i}", "10.0.0.2:80", startNs: Start).Established();
            records[i] =
            [
                flow.Record(RecordReason.Open, (3, 180), (1, 60)),
                flow.Record(RecordReason.Update, (3, 180), (1, 60)),
                flow.Record(RecordReason.End, (3, 180), (1, 60)),
            ];
        }

        var now = Start;
        Assert.Equal(0, Allocation.Least(Round));

        long Round()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var step = 0; step < 3; step++)
            {
                foreach (var each in records)
                {
                    _agent.Process(in each[step]);
                }
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            _loop.Step(now += Second);
            return allocated;
        }
    }

    private static TestFlow Syn(int port) =>
        new TestFlow($"10.0.0.1:{40_000 + port}", $"10.0.0.9:{port}", startNs: Start)
            .With(FlowFlags.SynSeen)
            .WithFlags(0x02, 0);

    private DetectionLoop Loop(SightingQueue queue) =>
        new(
            new DetectionSettings(),
            _agent.Table,
            TimeSpan.FromSeconds(1),
            new WallClock(TimeProvider.System),
            _told.Add,
            NullLogger<DetectionLoop>.Instance,
            queue
        );
}
