using NetMon.Agent.Attribution;
using NetMon.Agent.Metrics;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>The step of a flow that is under way, and what is new by it. One object for all: it is too large to be copied from call to call.</summary>
internal sealed class FlowStep
{
    // By (address, port) of what was asked: these have answered, so that silence of theirs is no habit.
    private readonly KnownServers _answering = new();

    private RoundTripCounts _roundTrips;
    private bool _answered;
    private bool _decided;
    private bool _broken;

    /// <summary>The flow after the step, with the counts since the step before.</summary>
    public FlowEvent Event;

    /// <summary>The connection was established.</summary>
    public bool Connected { get; private set; }

    /// <summary>The flow's end is that of its choice for the sample: what became of it is not known.</summary>
    public bool Left { get; private set; }

    /// <summary>Status or cause are other than before the step.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>Round trips since the step before.</summary>
    public ref readonly RoundTripCounts RoundTrips => ref _roundTrips;

    /// <summary>Brings the flow up to date with a record.</summary>
    public void Take(in FlowRecord record, int source)
    {
        Left = (record.State.Flags & FlowFlags.Left) != FlowFlags.None;
        ref var flow = ref Event.Flow;
        var connectUs = flow.ConnectUs;
        var firstByteUs = flow.FirstByteUs;
        if (_roundTrips.Any)
        {
            _roundTrips = default;
        }

        RecordTranslator.AddRoundTrips(in record, source, ref _roundTrips);
        RecordTranslator.ReadCounts(in record, source, out Event.Delta);
        RecordTranslator.Advance(in record, source, in Event.Delta, ref flow);
        Connected = connectUs == 0 && flow.ConnectUs != 0;
        _answered = firstByteUs == 0 && flow.FirstByteUs != 0;
    }

    /// <summary>All that a flow did while it waited.</summary>
    public void TakeAll(in Flow flow, in WaitingFlow waiting)
    {
        Event.Flow = flow;
        Event.Delta = flow.Total;
        _roundTrips = waiting.RoundTrips;
        Connected = flow.ConnectUs != 0;
        _answered = flow.FirstByteUs != 0;
        Left = waiting.Left;
    }

    /// <summary>Counts what the flow had gathered at another sampling rate, and adds it to the flow.</summary>
    public void CountEarlier(in EarlierPart part, FlowMetrics metrics, ref FlowSeries series)
    {
        var rate = Event.Flow.SamplingRate;
        Event.Flow.SamplingRate = part.Rate;
        metrics.Count(in Event.Flow, in part.Counts, ref series);
        metrics.Count(in Event.Flow, in part.Counts, in part.RoundTrips, ref series);
        Event.Flow.SamplingRate = rate;
        Event.Flow.Total.Add(in part.Counts);
    }

    /// <summary>The end of a flow without a record.</summary>
    public void End(in Flow flow)
    {
        Event.Flow = flow;
        Event.Delta = default;
        Event.Kind = FlowEventKind.End;
        _roundTrips = default;
        Connected = false;
        _answered = false;
        Left = false;
    }

    /// <summary>Decides the flow's status and cause.</summary>
    public void Decide(bool draining, bool noEndpoints)
    {
        ref var flow = ref Event.Flow;
        var isPending = flow.Status == FlowStatus.Pending;
        var outcome = FlowStatusRules.Decide(
            in flow,
            Event.Kind,
            new FlowCircumstances
            {
                Draining = draining || Left,
                NoEndpoints = noEndpoints,
                AnswersOthers = isPending && _answering.Contains(in flow.Destination, flow.Protocol),
            }
        );
        Set(in outcome);
    }

    /// <summary>Gives the flow the status and cause that it was given before; null: none were new.</summary>
    public void Decide(FlowOutcome? told) => Set(told ?? new(Event.Flow.Status, Event.Flow.Cause));

    /// <summary>Learns from a flow of an earlier process.</summary>
    public void Recall(in Flow flow)
    {
        if (flow.Status != FlowStatus.Pending && flow.State == FlowState.Replied)
        {
            _answering.Add(in flow.Destination, flow.Protocol);
        }
    }

    private void Set(in FlowOutcome outcome)
    {
        ref var flow = ref Event.Flow;
        var before = new FlowOutcome(flow.Status, flow.Cause);
        IsDecided = outcome != before;
        (flow.Status, flow.Cause) = (outcome.Status, outcome.Cause);
        _decided = before.Status == FlowStatus.Pending && outcome.Status != FlowStatus.Pending;
        _broken = outcome.IsBroken && !before.IsBroken;
        if (_decided && flow.State == FlowState.Replied)
        {
            _answering.Add(in flow.Destination, flow.Protocol);
        }
    }

    /// <summary>Adds the counts since the step before.</summary>
    public void CountPackets(FlowMetrics metrics, ref FlowSeries series)
    {
        metrics.Count(in Event.Flow, in Event.Delta, ref series);
        metrics.Count(in Event.Flow, in Event.Delta, in _roundTrips, ref series);
    }

    /// <summary>Adds the round trips since the step before to those of a flow that waits.</summary>
    public void Gather(ref WaitingFlow waiting) => waiting.RoundTrips.Add(in _roundTrips);

    /// <summary>Counts what is new by the step, beside its counts.</summary>
    public void CountNews(FlowMetrics metrics, ref FlowSeries series)
    {
        if (Connected)
        {
            metrics.Connected(in Event.Flow, ref series);
        }

        if (_answered)
        {
            metrics.Answered(in Event.Flow, ref series);
        }

        if (_decided)
        {
            metrics.Decided(in Event.Flow, ref series);
        }

        if (_broken)
        {
            metrics.Broken(in Event.Flow, ref series);
        }
    }
}
