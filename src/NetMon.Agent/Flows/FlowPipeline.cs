using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Agent.Metrics;
using NetMon.Agent.Streaming;
using NetMon.Bpf;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>The way of a record through the agent, on the capture loop's thread. Allocates nothing per record.</summary>
/// <remarks>
/// <code>
///   record --(1) find the flow--(2) step it--(3) show it to readers--(4) metrics--(5) followers--(6) END: forget it
///                 |                   '--- late, or no room: a flow of this one record ---^
///                 '-- not there: begin one
/// </code>
/// </remarks>
internal sealed class FlowPipeline
{
    private readonly FlowTable _table;
    private readonly InitiatorRules _rules;
    private readonly FlowMetrics _metrics;
    private readonly Broadcaster _broadcaster;
    private readonly ILogger _logger;
    private readonly LogLimiter _limiter = new();

    // The step under way: too large to be copied from call to call.
    private FlowEvent _step;
    private bool _connected;
    private bool _decided;

    public FlowPipeline(
        FlowTable table,
        InitiatorRules rules,
        FlowMetrics metrics,
        Broadcaster broadcaster,
        ILogger<FlowPipeline> logger
    )
    {
        _table = table;
        _rules = rules;
        _metrics = metrics;
        _broadcaster = broadcaster;
        _logger = logger;
    }

    /// <summary>From here on an END is that of our observation, not the flow's.</summary>
    public bool Draining { get; set; }

    /// <summary>Takes a record of the ring; a fault is counted and logged, never thrown.</summary>
    public void Process(in FlowRecord record) => Process(in record, record.TimeNs);

    /// <summary>Takes a record; a fault is counted and logged, never thrown.</summary>
    /// <param name="record">From ring or sweep.</param>
    /// <param name="leftNs">When it could be read, nanoseconds of CLOCK_MONOTONIC: a sweep's records are handed out together.</param>
    public void Process(in FlowRecord record, ulong leftNs)
    {
        try
        {
            Apply(in record);
        }
#pragma warning disable CA1031 // One record's fault must not stop the others.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _metrics.Failed((long)(record.Traffic.Packets[0] + record.Traffic.Packets[1]));
            if (_limiter.TryPass(out var suppressed))
            {
                AgentLog.RecordFailed(_logger, suppressed, error);
            }
        }

        _metrics.Processed(Stopwatch.GetTimestamp() - (long)leftNs);
    }

    /// <summary>Ends a flow of which the kernel has not told for too long.</summary>
    /// <param name="slot">Any slot below the table's limit; nothing happens if it has no flow.</param>
    /// <param name="before">The flow ends if its latest record left the kernel before this time, nanoseconds of CLOCK_MONOTONIC.</param>
    public void EndIfSilent(int slot, ulong before)
    {
        if (!_table.TryRead(slot, out var flow) || _table[slot].RecordNs >= before)
        {
            return;
        }

        _step.Flow = flow;
        _step.Kind = FlowEventKind.End;
        _step.Delta = default;
        Decide();
        if (_decided)
        {
            _metrics.Decided(in _step.Flow, ref _table[slot].Series);
        }

        _metrics.Orphaned();
        _metrics.Ended(in _step.Flow, ref _table[slot].Series);
        Publish();
        _table.Remove(slot);
    }

    private void Apply(in FlowRecord record)
    {
        var slot = _table.Find(in record.Key, record.State.FirstNs); // (1)
        if (slot < 0)
        {
            Open(in record);
            return;
        }

        _step.Flow = _table[slot].Flow;
        Step(in record, _table[slot].SourceEnd, RecordTranslator.KindOf(record.Reason));
        Finish(in record, slot);
    }

    private void Open(in FlowRecord record)
    {
        var source = RecordTranslator.Begin(in record, _rules, ref _step.Flow);
        var late = record.Reason == RecordReason.Late;
        Step(in record, source, late ? FlowEventKind.End : RecordTranslator.KindOf(record.Reason));
        var slot = late ? -1 : _table.Add(in record.Key, record.State.FirstNs);
        if (slot >= 0)
        {
            ref var entry = ref _table[slot];
            entry.Series = default;
            entry.RecordNs = 0;
            entry.SourceEnd = (byte)source;
            _metrics.Opened(in _step.Flow);
            Finish(in record, slot);
            return;
        }

        // Its status was counted when the flow ended, or cannot be followed.
        FlowSeries none = default;
        _metrics.Count(in _step.Flow, in _step.Delta, ref none);
        Publish();
        if (late)
        {
            _metrics.Late();
        }
        else
        {
            _metrics.TableFull();
        }
    }

    private void Finish(in FlowRecord record, int slot)
    {
        ref var entry = ref _table[slot];
        entry.RecordNs = Math.Max(entry.RecordNs, record.TimeNs);
        _table.Commit(slot, in _step.Flow); // (3)
        _metrics.Count(in _step.Flow, in _step.Delta, ref entry.Series); // (4)
        if (_connected)
        {
            _metrics.Connected(in _step.Flow, ref entry.Series);
            _rules.Learn(in _step.Flow.Destination, _step.Flow.Protocol);
        }

        if (_decided)
        {
            _metrics.Decided(in _step.Flow, ref entry.Series);
        }

        Publish();
        if (record.Reason == RecordReason.End) // (6)
        {
            _metrics.Ended(in _step.Flow, ref entry.Series);
            _table.Remove(slot);
        }
    }

    // (2)
    private void Step(in FlowRecord record, int source, FlowEventKind kind)
    {
        ref var flow = ref _step.Flow;
        var connectUs = flow.ConnectUs;
        _step.Kind = kind;
        RecordTranslator.ReadCounts(in record, source, out _step.Delta);
        RecordTranslator.Advance(in record, source, in _step.Delta, ref flow);
        _connected = connectUs == 0 && flow.ConnectUs != 0;
        Decide();
    }

    private void Decide()
    {
        ref var flow = ref _step.Flow;
        var before = flow.Status;
        var outcome = FlowStatusRules.Decide(in flow, _step.Kind, Draining);
        (flow.Status, flow.Cause) = (outcome.Status, outcome.Cause);
        _decided = before == FlowStatus.Pending && outcome.Status != FlowStatus.Pending;
    }

    // (5)
    private void Publish()
    {
        if (_broadcaster.HasSubscriptions)
        {
            _broadcaster.Publish(in _step);
        }
    }
}

/// <summary>Hands the ring's records to the pipeline; a struct, so that the reader's loop calls it directly.</summary>
internal readonly struct RecordSink(FlowPipeline pipeline) : IRecordHandler
{
    public void OnRecord(in FlowRecord record) => pipeline.Process(in record);
}
