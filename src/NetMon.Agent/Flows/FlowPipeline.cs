using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Attribution;
using NetMon.Agent.Detections;
using NetMon.Agent.Ledger;
using NetMon.Agent.Logging;
using NetMon.Agent.Metrics;
using NetMon.Agent.Streaming;
using NetMon.Bpf;
using NetMon.Bpf.Records;
using NetMon.Core.Detections;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>The way of a record through the agent, on the capture loop's thread. Allocates nothing per record.</summary>
/// <remarks>
/// <code>
///   record --(1) find the flow--(2) step it--(3) show it to readers--(4) metrics--(5) followers--(6) END: forget it
///                 |                  |                   ^
///                 |                  |-- it waits: its counts gather until (7) it is given back, open, with all of them
///                 |                  '-- another flow's packets (shadow): counted as such, nothing else
///                 '-- not there: begin one, attribute it
///                        '-- late, or no room: a flow of this one record
/// </code>
/// </remarks>
internal sealed partial class FlowPipeline : IAttributedFlows
{
    private readonly FlowTable _table;
    private readonly InitiatorRules _rules;
    private readonly Attributor _attributor;
    private readonly FlowMetrics _metrics;
    private readonly Broadcaster _broadcaster;
    private readonly RecentFailures _failures;
    private readonly ILogger _logger;
    private readonly LogLimiter _limiter = new();

    private readonly FlowStep _step = new();
    private readonly EarlierCounts _earlier = new();
    private SightingSteps _opened;

    public FlowPipeline(
        FlowTable table,
        InitiatorRules rules,
        Attributor attributor,
        FlowMetrics metrics,
        Broadcaster broadcaster,
        RecentFailures failures,
        ILogger<FlowPipeline> logger
    )
    {
        _table = table;
        _rules = rules;
        _attributor = attributor;
        _metrics = metrics;
        _broadcaster = broadcaster;
        _failures = failures;
        _logger = logger;
    }

    /// <summary>Who looks for what is suspicious; null: nobody. Set before the first record.</summary>
    public FlowTap? Detections { get; set; }

    /// <summary>Whether flows wait for <see cref="Attribute"/>.</summary>
    public bool HasWaiting => _attributor.WaitingCount > 0;

    /// <summary>An END is that of our observation, not the flow's, and no flow waits longer than a batch.</summary>
    public bool Draining { get; private set; }

    /// <summary>Takes a record of the ring; a fault is counted and logged, never thrown.</summary>
    public void Process(in FlowRecord record) => Process(in record, record.TimeNs);

    /// <summary>Takes a record; a fault is counted and logged, never thrown.</summary>
    /// <param name="record">From ring or sweep.</param>
    /// <param name="leftNs">When it could be read, nanoseconds of CLOCK_MONOTONIC: a sweep's records are handed out together.</param>
    public void Process(in FlowRecord record, ulong leftNs)
    {
        try
        {
            Apply(in record, leftNs);
        }
#pragma warning disable CA1031 // One record's fault must not stop the others.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(FlowPackets.Of(in record), error);
        }

        Ledger?.Commit();
        _metrics.Processed(Stopwatch.GetTimestamp() - (long)leftNs);
    }

    /// <summary>Goes on with the flows that wait. To be called after each batch of records, and each 10 ms while flows wait.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Attribute(ulong nowNs) => _attributor.Step(nowNs, this, last: Draining);

    /// <summary>From here on what is met is ended by us.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void BeginDrain(ulong nowNs)
    {
        try
        {
            // Those that ended while they waited did so by themselves.
            _attributor.Step(nowNs, this, last: true);
        }
        finally
        {
            Draining = true;
        }
    }

    void IAttributedFlows.Release(int slot, in WaitingFlow waiting)
    {
        try
        {
            Release(slot, in waiting);
        }
#pragma warning disable CA1031 // One flow's fault must not stop the others.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(FlowPackets.Of(in _table[slot].Flow), error);
        }
    }

    void IAttributedFlows.Shadow(int slot, in WaitingFlow waiting)
    {
        Ledger?.Begin();
        ref var entry = ref _table[slot];
        var packets = FlowPackets.Of(in entry.Flow);
        while (_earlier.TryTake(slot, in entry, out var part))
        {
            packets += FlowPackets.Of(in part);
        }

        Ledger?.Shadow(in entry, packets, waiting.Ended);
        Ledger?.Commit();
        entry.Role = FlowRole.Shadow;
        _attributor.Counters.AddShadowPackets(packets);

        if (waiting.Ended)
        {
            EndShadow(slot, waiting.DeadlineNs);
        }
    }

    private void Apply(in FlowRecord record, ulong leftNs)
    {
        var slot = _table.Find(in record.Key, record.State.FirstNs); // (1)
        if (slot < 0)
        {
            Open(in record, leftNs);
            return;
        }

        ref var entry = ref _table[slot];
        entry.RecordNs = Math.Max(entry.RecordNs, record.TimeNs);
        switch (entry.Role)
        {
            case FlowRole.Shadow:
                CountShadow(in record, slot);
                break;
            case FlowRole.Waiting:
                Gather(in record, slot, ref entry);
                break;
            default:
                var weight = entry.Flow.Weight;
                _step.Event.Flow = entry.Flow;
                _step.Take(in record, entry.SourceEnd); // (2)
                _metrics.Reweighed(in _step.Event.Flow, weight);
                _step.Event.Kind = RecordTranslator.KindOf(record.Reason);
                Decide(entry.NoEndpoints);
                Finish(slot, record.Reason == RecordReason.End);
                break;
        }
    }

    private void Open(in FlowRecord record, ulong leftNs)
    {
        var source = RecordTranslator.Begin(in record, _rules, ref _step.Event.Flow);
        var late = record.Reason == RecordReason.Late;
        var slot = late ? -1 : _table.Add(in record.Key, record.State.FirstNs);
        if (slot < 0)
        {
            CountAlone(in record, source, late, leftNs);
            return;
        }

        ref var entry = ref _table[slot];
        entry.RecordNs = record.TimeNs;
        var verdict = _attributor.Begin(in record, slot, ref _step.Event.Flow, ref source, leftNs);
        entry.SourceEnd = (byte)source;
        switch (verdict)
        {
            case Verdict.Shadow:
                entry.Role = FlowRole.Shadow;
                Ledger?.Shadow(in entry, FlowPackets.Of(in record), record.Reason == RecordReason.End);
                CountShadow(in record, slot);
                break;
            case Verdict.Waits:
                entry.Flow = _step.Event.Flow;
                Gather(in record, slot, ref entry);
                break;
            default:
                entry.Role = FlowRole.Counted;
                entry.NoEndpoints = _attributor.HasNoEndpoints(in _step.Event.Flow);
                _step.Take(in record, source);
                Ledger?.Released(
                    in entry,
                    _step,
                    ReleaseWords.Of(record.Reason),
                    AttributionResult.Immediate
                );
                _step.Event.Kind = RecordTranslator.KindOf(record.Reason);
                Decide(entry.NoEndpoints);
                Ledger?.Commit();
                _metrics.Opened(in _step.Event.Flow);
                _opened = SightingSteps.Opened;
                Finish(slot, record.Reason == RecordReason.End);
                break;
        }
    }

    // Its status was counted when the flow ended, or cannot be followed.
    private void CountAlone(in FlowRecord record, int source, bool late, ulong leftNs)
    {
        if (!_attributor.TryBeginNow(in record, ref _step.Event.Flow, ref source, leftNs))
        {
            Ledger?.AloneShadow();
            Ledger?.Commit();
            _attributor.Counters.AddShadowPackets(FlowPackets.Of(in record));
            return;
        }

        _step.Take(in record, source);
        Ledger?.Alone(_step, late);
        _step.Event.Kind = late ? FlowEventKind.End : RecordTranslator.KindOf(record.Reason);
        Decide(_attributor.HasNoEndpoints(in _step.Event.Flow));
        Ledger?.Commit();
        FlowSeries none = default;
        _step.CountPackets(_metrics, ref none);
        _metrics.Release(ref none);
        Publish();
        Show(slot: -1, record.TimeNs, late ? SightingSteps.None : SightingSteps.Opened);
        if (late)
        {
            _metrics.Late();
        }
        else
        {
            _metrics.TableFull();
        }
    }

    private void CountShadow(in FlowRecord record, int slot)
    {
        Ledger?.Commit();
        _attributor.Counters.AddShadowPackets(FlowPackets.Of(in record));
        if (record.Reason == RecordReason.End)
        {
            EndShadow(slot, record.TimeNs);
        }
    }

    private void EndShadow(int slot, ulong nowNs)
    {
        _attributor.End(in _table[slot], nowNs);
        _table.Remove(slot);
    }

    private void Gather(in FlowRecord record, int slot, ref FlowEntry entry)
    {
        ref var waiting = ref _attributor[entry.Waiting];
        _earlier.Split(slot, ref entry, ref waiting, RecordTranslator.SamplingRateOf(in record));
        _step.Event.Flow = entry.Flow;
        _step.Take(in record, entry.SourceEnd);
        entry.Flow = _step.Event.Flow;
        _step.Gather(ref waiting);
        waiting.Closed |= record.Reason == RecordReason.Close;
        waiting.Ended |= record.Reason == RecordReason.End;
        waiting.Left |= _step.Left;
    }

    // (7)
    private void Release(int slot, in WaitingFlow waiting)
    {
        Ledger?.Begin();
        ref var entry = ref _table[slot];
        entry.Role = FlowRole.Counted;
        _step.TakeAll(in entry.Flow, in waiting);
        entry.NoEndpoints = _attributor.HasNoEndpoints(in _step.Event.Flow);
        Ledger?.Released(in entry, _step, ReleaseWords.Of(in waiting), waiting.Result);
        while (_earlier.TryTake(slot, in entry, out var part))
        {
            Ledger?.Part(in part);
            _step.CountEarlier(in part, _metrics, ref entry.Series);
        }

        _step.Event.Kind =
            waiting.Ended ? FlowEventKind.End
            : waiting.Closed ? FlowEventKind.Close
            : FlowEventKind.Open;
        Decide(entry.NoEndpoints);
        Ledger?.Commit();
        var last = _step.Event.Kind;
        _step.Event.Kind = FlowEventKind.Open;
        _metrics.Opened(in _step.Event.Flow);
        _opened = SightingSteps.Opened;
        Finish(slot, isEnd: false);
        _step.Event.Delta = default;
        if (waiting.Closed)
        {
            _step.Event.Kind = FlowEventKind.Close;
            Publish();
        }

        if (last == FlowEventKind.End)
        {
            _step.Event.Kind = FlowEventKind.End;
            Publish();
            Show(slot, entry.RecordNs, SightingSteps.Ended);
            End(slot);
        }
    }

    private void Finish(int slot, bool isEnd)
    {
        ref var entry = ref _table[slot];
        Ledger?.Commit();
        _table.Commit(slot, in _step.Event.Flow); // (3)
        _step.CountPackets(_metrics, ref entry.Series); // (4)
        _step.CountNews(_metrics, ref entry.Series);
        if (_step.Connected)
        {
            Learn(in _step.Event.Flow);
        }

        Publish();
        Show(slot, entry.RecordNs, isEnd ? _opened | SightingSteps.Ended : _opened);
        _opened = SightingSteps.None;
        if (isEnd)
        {
            End(slot);
        }
    }

    // (6)
    private void End(int slot)
    {
        ref var entry = ref _table[slot];
        _failures.Add(in _step.Event.Flow);
        _metrics.Ended(in _step.Event.Flow, ref entry.Series);
        _attributor.End(in entry, entry.RecordNs);
        _table.Remove(slot);
    }

    private void Decide(bool noEndpoints)
    {
        ref readonly var flow = ref _step.Event.Flow;
        var isPending = flow.Status == FlowStatus.Pending;
        _step.Decide(Draining, noEndpoints || (isPending && _attributor.HasNoEndpoints(in flow)));
        if (_step.IsDecided)
        {
            Ledger?.Outcome(in flow);
        }
    }

    // (5)
    private void Publish()
    {
        if (_broadcaster.HasSubscriptions)
        {
            _broadcaster.Publish(in _step.Event);
        }
    }

    // What we end ourselves had no time for an answer.
    private void Show(int slot, ulong recordNs, SightingSteps steps)
    {
        if (Detections is { } detections && !Draining && !_step.Left)
        {
            detections.See(in _step.Event, recordNs, slot, steps);
        }
    }

    private void Fail(long packets, Exception error)
    {
        // A count below 0 is none.
        _metrics.Failed(Math.Max(packets, 0));
        if (_limiter.TryPass(out var suppressed))
        {
            AgentLog.RecordFailed(_logger, suppressed, error);
        }
    }
}
