using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Capture;
using NetMon.Agent.Flows;
using NetMon.Agent.Tests.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Capture;

public sealed class CaptureLoopTests
{
    [Fact]
    public async Task Records_of_ring_sweep_and_drain_all_arrive_and_then_the_streams_end()
    {
        using var source = new ScriptedSource();
        var agent = new PipelineUnderTest();
        using var loop = Start(agent, source);
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80");
        for (var i = 0; i < 5000; i++)
        {
            source.Put(flow.Record(RecordReason.Update, (1, 60)));
            source.Sweep.Enqueue(flow.Record(RecordReason.Update, (1, 60)));
        }

        source.Drain.Enqueue(flow.Record(RecordReason.End, (1, 60)));
        while (!source.Sweep.IsEmpty)
        {
            await Task.Delay(1);
        }

        await loop.Drain();
        Assert.Equal(10_001, agent.Samples("netmon_packets_total").Values.Single());
        Assert.Equal(10_001, agent.TakeEvents().Count);
        Assert.Equal(0, agent.Table.Count);
    }

    [Fact]
    public async Task A_source_that_fails_is_tried_again()
    {
        using var source = new ScriptedSource { FailingSweeps = 3 };
        var agent = new PipelineUnderTest();
        using var loop = Start(agent, source);
        source.Sweep.Enqueue(
            new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Record(RecordReason.Open, (1, 60))
        );
        while (agent.Table.Count == 0)
        {
            await Task.Delay(1);
        }

        await loop.Drain();
        Assert.True(source.Sweeps > 3);
    }

    [Fact]
    public async Task A_sweep_that_takes_long_does_not_hold_up_the_ring()
    {
        using var source = new ScriptedSource();
        source.SweepGate.Reset();
        var agent = new PipelineUnderTest();
        using var loop = Start(agent, source);
        while (source.Sweeps == 0)
        {
            await Task.Delay(1);
        }

        source.Put(new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Record(RecordReason.Open, (1, 60)));
        while (agent.Table.Count == 0)
        {
            await Task.Delay(1);
        }

        source.SweepGate.Set();
        await loop.Drain();
        Assert.Single(agent.TakeEvents());
    }

    [Fact]
    public async Task A_fault_while_flows_wait_neither_counts_a_sweep_twice_nor_loses_the_flows()
    {
        using var source = new ScriptedSource();
        source.SweepGate.Reset();
        var node = NodeOfNow();
        node.Connections.Faults = 1;
        var agent = node.Agent;
        using var loop = Start(agent, source);
        var flow = node.FromPod(NodeUnderTest.Client, NodeUnderTest.Service, NodeUnderTest.ClientInterface);
        source.Sweep.Enqueue(flow.Record(RecordReason.Open, (1, 60)));
        source.Sweep.Enqueue(flow.Record(RecordReason.Update, (2, 120)));
        source.SweepGate.Set();
        var patience = DateTime.UtcNow.AddSeconds(60);
        while (agent.Samples("netmon_packets_total").Values.Sum() < 3)
        {
            Assert.True(DateTime.UtcNow < patience, "the flow was never given back");
            await Task.Delay(10);
        }

        Assert.Equal(0, node.Connections.Faults);
        await loop.Drain();
        Assert.Equal(3, agent.Samples("netmon_packets_total").Values.Sum());
    }

    [Fact]
    public async Task What_fails_until_the_end_keeps_no_flow_from_being_reported()
    {
        using var source = new ScriptedSource();
        var node = NodeOfNow();
        node.Connections.Faults = int.MaxValue;
        var agent = node.Agent;
        using var loop = Start(agent, source);
        var flow = node.FromPod(NodeUnderTest.Client, NodeUnderTest.Service, NodeUnderTest.ClientInterface);
        source.Put(flow.Record(RecordReason.Open, (1, 60)));
        source.Drain.Enqueue(flow.Record(RecordReason.End, (2, 120)));

        await loop.Drain();
        Assert.Equal(3, agent.Samples("netmon_packets_total").Values.Sum());
        Assert.True(node.Connections.Asked > 0);
    }

    [Fact]
    public async Task An_end_that_is_swept_while_the_loop_stands_still_comes_after_what_is_in_the_ring()
    {
        using var source = new ScriptedSource();
        source.SweepGate.Reset();
        using var standstill = new Standstill();
        var agent = new PipelineUnderTest();
        using var loop = Start(agent, source, standstill);
        loop.BatchSize = 16;
        standstill.Begin(source.Wake);

        // More than a batch of connections that close, and what the sweep finds of the last one of them.
        var flows = Enumerable
            .Range(0, 100)
            .Select(i => new TestFlow($"10.0.0.1:{40000 + i}", "10.0.0.2:80").Established())
            .ToArray();
        foreach (var flow in flows)
        {
            source.Put(flow.Record(RecordReason.Open, (1, 60)));
            source.Put(flow.Record(RecordReason.Close, (1, 60)));
        }

        var wakes = source.Wakes;
        source.Sweep.Enqueue(flows[^1].Record(RecordReason.End));
        source.SweepGate.Set();
        while (source.Wakes == wakes)
        {
            await Task.Delay(1);
        }

        standstill.End();
        while (source.Sweeps < 2 || agent.Samples("netmon_packets_total").Values.Sum() < 200)
        {
            await Task.Delay(1);
        }

        Assert.Equal(flows.Length - 1, agent.Table.Count);
        Assert.Equal(
            [FlowEventKind.Open, FlowEventKind.Close, FlowEventKind.End],
            agent
                .TakeEvents()
                .Where(step => step.Flow.Source.Port == 40000 + flows.Length - 1)
                .Select(step => step.Kind)
        );
        await loop.Drain();
    }

    // The loop goes by the system's clock, which may have begun less than an hour ago.
    private static NodeUnderTest NodeOfNow() =>
        new(time: new ManualTime(TimeSpan.FromMicroseconds(Stopwatch.GetTimestamp() / 1000)));

    private static CaptureLoop Start(
        PipelineUnderTest agent,
        ScriptedSource source,
        params IReadOnlyList<ISideSource> sides
    )
    {
        var loop = new CaptureLoop(
            source,
            agent.Pipeline,
            agent.Metrics,
            agent.Broadcaster,
            new OrphanSearch(agent.Table, agent.Pipeline, TimeSpan.FromMinutes(5)),
            sides,
            TimeSpan.FromMilliseconds(100),
            NullLogger<CaptureLoop>.Instance
        );
        loop.Start();
        return loop;
    }

    /// <summary>Lets the loop stand still, as if its thread got no time.</summary>
    private sealed class Standstill : ISideSource, IDisposable
    {
        private readonly ManualResetEventSlim _goesOn = new(initialState: true);
        private readonly ManualResetEventSlim _stands = new();

        /// <param name="wake">Lets the loop come by.</param>
        public void Begin(Action wake)
        {
            _goesOn.Reset();
            wake();
            _stands.Wait();
        }

        public void End() => _goesOn.Set();

        public void Take(ulong nowNs, bool last)
        {
            if (!_goesOn.IsSet)
            {
                _stands.Set();
                _goesOn.Wait();
            }
        }

        public void Dispose()
        {
            _goesOn.Dispose();
            _stands.Dispose();
        }
    }
}
