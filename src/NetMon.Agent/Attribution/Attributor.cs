using NetMon.Agent.Flows;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Sockets;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Finds out whose a flow is, once, before anybody sees it. The capture loop's; allocates nothing per flow.</summary>
/// <remarks>
/// Behind the translation of addresses the same packets make another flow of the kernel's table (K2) than before it (K1). One of them is counted,
/// with the true ends: the client that opened the connection and the backend that serves it.
/// <code>
///   first record
///      |
///     (1) service? ends? a translation to ask for?
///      |        '-- it is a K2 that is expected --> shadow
///      |-- everything known ----------------------> known
///      v
///     waits (its counts gather in the entry)
///      |
///     (2) after each batch of records: ask connection tracking for those that are due, in one go
///      |     |-- not there yet: again after 20 ms, 100 ms, 500 ms ...
///      |     |-- not translated
///      |     |-- K1: (3) destination = backend; its K2 is expected
///      |     '-- K2: (4) K1 is in the table --------------------------> shadow
///      |                 the client is this host itself, whose packets are translated before any interface: count it, with the true ends
///      |                 else K1 may still come: wait for it; if it comes too late, it is the shadow
///     (5) look the ends up again, after 10 ms, 20 ms, 40 ms ... 250 ms
///      |-- everything known ----------------------> released
///     (6) the longest wait is over, or the agent ends --> released with the best that is known
/// </code>
/// </remarks>
internal sealed class Attributor
{
    private const ulong FirstLookNs = 10_000_000;
    private const ulong LongestLookNs = 250_000_000;

    /// <summary>When the agent starts, nothing of the cluster is known: flows wait for that, but not for ever.</summary>
    private const ulong SyncPatienceNs = 10_000_000_000;

    private readonly FlowTable _table;
    private readonly IClusterView _view;
    private readonly LocalAddresses _addresses;
    private readonly WallClock _clock;
    private readonly ThisNode _node;
    private readonly EndResolver _ends;
    private readonly FlowOwners? _owners;
    private readonly HostPods _hostPods;
    private readonly TranslationRules _rules;
    private readonly TranslationSearch? _search;
    private readonly WaitingFlows _waiting = new();
    private readonly EndedFlows _ended = new();
    private readonly AttributionLimits _limits;
    private ulong _startNs;

    /// <param name="table">The flows.</param>
    /// <param name="sources">Where its knowledge comes from.</param>
    /// <param name="wait">The longest wait of a flow.</param>
    /// <param name="counters">Its figures.</param>
    public Attributor(
        FlowTable table,
        AttributionSources sources,
        TimeSpan wait,
        AttributionCounters counters
    )
    {
        _table = table;
        _view = sources.View;
        _addresses = sources.Addresses;
        _clock = sources.Clock;
        _node = sources.Node;
        _ends = new EndResolver(_view, _addresses, _node, sources.ProtocolDetection);
        _owners = sources.Owners;
        _hostPods = new HostPods(_view, _owners);
        _rules = new TranslationRules(_view, _addresses);
        _search = sources.Connections is { } connections
            ? new TranslationSearch(
                new ConnectionQuestions(connections, sources.Limits, counters),
                _rules,
                sources,
                table,
                _waiting
            )
            : null;
        _limits = sources.Limits;
        _limits.Wait = wait;
        Counters = counters;
    }

    public AttributionCounters Counters { get; }

    /// <summary>Flows that wait.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Bytes that there are for such. Any thread.</summary>
    public long WaitingBytes => _waiting.Bytes;

    /// <summary>What happened to a flow that waits.</summary>
    public ref WaitingFlow this[int place] => ref _waiting[place];

    /// <summary>Looks at a flow that has just been met.</summary>
    /// <param name="record">Its first record.</param>
    /// <param name="slot">Its place in the table.</param>
    /// <param name="flow">The flow as the record begins it; gets its ends.</param>
    /// <param name="source">The end of the key that is its source; changed if it turns out to be the other.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public Verdict Begin(in FlowRecord record, int slot, ref Flow flow, ref int source, ulong nowNs)
    {
        _startNs = _startNs == 0 ? nowNs : _startNs;
        if (!TryLook(in record, ref flow, ref source, nowNs, out var waiting)) // (1)
        {
            Counters.Add(AttributionResult.Shadow);
            return Verdict.Shadow;
        }

        if (waiting.Question == Question.None && waiting is { SourceFinal: true, DestinationFinal: true })
        {
            _ends.Finish(ref flow);
            Counters.Add(AttributionResult.Immediate);
            return Verdict.Known;
        }

        waiting.Slot = slot;
        waiting.DueNs = waiting.Question == Question.None ? nowNs + FirstLookNs : nowNs;
        waiting.AskNs = nowNs;
        waiting.Looks = waiting.Question == Question.None ? (byte)1 : (byte)0;
        waiting.DeadlineNs = nowNs + _limits.WaitNs;
        _table[slot].Waiting = _waiting.Add(in waiting);
        Counters.Waiting = _waiting.Count;
        return Verdict.Waits;
    }

    /// <summary>Attributes what cannot wait: a record of a flow that is gone, or that found no room.</summary>
    /// <returns>False if its packets are counted in another flow.</returns>
    public bool TryBeginNow(in FlowRecord record, ref Flow flow, ref int source, ulong nowNs)
    {
        if (_ended.ContainsShadow(in record, nowNs))
        {
            return false;
        }

        if (
            !_ended.TryRestore(in record, ref flow, ref source, nowNs)
            && !TryLook(in record, ref flow, ref source, nowNs, out _)
        )
        {
            return false;
        }

        _ends.Finish(ref flow);
        return true;
    }

    /// <summary>A flow has ended: late records of it may follow.</summary>
    public void End(in FlowEntry entry, ulong nowNs)
    {
        if (entry.Role == FlowRole.Counted)
        {
            _owners?.Count(in entry.Flow);
        }

        if (entry.Role == FlowRole.Shadow || FlowEnds.AreTranslated(in entry))
        {
            _ended.Add(in entry, nowNs);
        }
    }

    /// <summary>Whether a flow goes to a service that has nobody to serve it.</summary>
    public bool HasNoEndpoints(in Flow flow) =>
        flow.Attribution.Service is { } service
        && flow.Attribution.Asked.IsUnspecified
        && !_view.HasReadyEndpoints(service);

    /// <summary>Looks at the flows that wait and are due. To be called after each batch of records, and each 10 ms while flows wait.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="flows">Gets those that wait no longer.</param>
    /// <param name="last">Lets none wait any longer.</param>
    public void Step(ulong nowNs, IAttributedFlows flows, bool last = false)
    {
        var due = _waiting.TakeDue(nowNs, last);
        if (due.IsEmpty)
        {
            return;
        }

        var fault = _search?.TryAsk(due, nowNs); // (2), (3), (4)
        foreach (var place in due)
        {
            ref var waiting = ref _waiting[place];
            waiting.Looks = (byte)Math.Min(waiting.Looks + 1, 16);
            if (FlowEnds.IsShadow(ref waiting, _table))
            {
                var shadow = waiting;
                _waiting.Drop(place);
                flows.Shadow(shadow.Slot, in shadow);
                Counters.Add(AttributionResult.Shadow);
            }
            else if (LookAgain(ref waiting, nowNs) || last || IsOver(in waiting, nowNs)) // (5), (6)
            {
                Release(place, flows);
            }
            else
            {
                waiting.DueNs = NextLook(in waiting, nowNs);
                _waiting.PutBack(place);
            }
        }

        Counters.Waiting = _waiting.Count;
        fault?.Throw();
    }

    // (1)
    private bool TryLook(
        in FlowRecord record,
        ref Flow flow,
        ref int source,
        ulong nowNs,
        out WaitingFlow waiting
    )
    {
        waiting = default;
        CorrectInitiator(ref flow, ref source);
        var sent = record.State.Observer[source];
        var received = record.State.Observer[1 - source];
        waiting.SourceInterface = ObservationPoint.PodOf(sent, received);
        waiting.DestinationInterface = ObservationPoint.PodOf(received, sent);
        Learn(flow.Source.Address, sent);
        Learn(flow.Destination.Address, received);

        flow.Attribution.Service = _view.FindService(
            flow.Destination.Address,
            flow.Destination.Port,
            flow.Protocol
        );
        _owners?.Fill(ref flow, in record.Key, default(FlowKey));
        LookAtEnds(ref flow, ref waiting, nowNs);
        if (
            flow.Destination.Address.IsOfSeveral
            && ObservationPoint.Direction(sent, received) == FlowDirection.Ingress
        )
        {
            flow.Attribution.DestinationLocal = true;
        }

        if (_search is null || !TranslationSide.CanAsk(in flow))
        {
            return true;
        }

        var isOriginal = TranslationSide.IsOriginal(sent, received);
        var twin = _table.FindTwin(in record.Key);
        if (twin >= 0 && (!isOriginal || !flow.InitiatorCertain || _table[twin].IsBehind))
        {
            return false;
        }

        waiting.Question = _search.QuestionFor(in flow, isOriginal, nowNs);
        waiting.Tuple = TranslationSide.TupleOf(in record);
        waiting.IsOriginal = isOriginal;
        return true;
    }

    // Nobody opens connections from a service's address. A node port of another node is none: masquerading may have chosen it there, and
    // nobody here can be asked; where its server was heard first, the rules of ports and that node's own agent know better.
    private void CorrectInitiator(ref Flow flow, ref int source)
    {
        if (
            !flow.InitiatorCertain
            && _view.FindService(flow.Source.Address, flow.Source.Port, flow.Protocol) is { } service
            && _rules.TranslatesHere(service, flow.Source.Address)
            && _view.FindService(flow.Destination.Address, flow.Destination.Port, flow.Protocol) is null
        )
        {
            FlowEnds.Swap(ref flow);
            source = 1 - source;
        }
    }

    private void LookAtEnds(ref Flow flow, ref WaitingFlow waiting, ulong nowNs)
    {
        var time = new LookTime(flow.StartNs, (long)flow.StartNs + _clock.OffsetNs, nowNs);
        if (!waiting.SourceFinal)
        {
            var source = _ends.Resolve(flow.Source.Address, waiting.SourceInterface, in time);
            source = _hostPods.Refine(in source, in flow, isSource: true, nowNs);
            flow.Attribution.Source = source.Endpoint;
            flow.Attribution.SourceLocal = source.IsLocal;
            waiting.SourceFinal = source.IsFinal;
        }

        if (!waiting.DestinationFinal)
        {
            var destination = ResolveDestination(in flow, waiting.DestinationInterface, in time);
            destination = _hostPods.Refine(in destination, in flow, isSource: false, nowNs);
            flow.Attribution.Destination = destination.Endpoint;
            flow.Attribution.DestinationLocal = destination.IsLocal;
            waiting.DestinationFinal = destination.IsFinal;
        }
    }

    // A service's own address is nobody's; with a node port it is a node's.
    private EndAnswer ResolveDestination(in Flow flow, int seenAt, in LookTime time) =>
        flow.Attribution is { Service: { } service, Asked.IsUnspecified: true }
        && _rules.TranslatesHere(service, flow.Destination.Address)
            ? new(service.Endpoint, IsLocal: false, IsFinal: true)
            : _ends.Resolve(flow.Destination.Address, seenAt, in time);

    // (5)
    private bool LookAgain(ref WaitingFlow waiting, ulong nowNs)
    {
        if (waiting.Question == Question.None && waiting is not { SourceFinal: true, DestinationFinal: true })
        {
            _owners?.Fill(ref _table[waiting.Slot]);
            LookAtEnds(ref _table[waiting.Slot].Flow, ref waiting, nowNs);
        }

        return IsKnown(in waiting) && waiting.Original.Protocol == 0;
    }

    private static bool IsKnown(in WaitingFlow waiting) =>
        waiting is { Question: Question.None, SourceFinal: true, DestinationFinal: true };

    // (6)
    private bool IsOver(in WaitingFlow waiting, ulong nowNs) =>
        nowNs >= waiting.DeadlineNs && (_view.IsSynced || nowNs - _startNs >= SyncPatienceNs);

    private static ulong NextLook(in WaitingFlow waiting, ulong nowNs)
    {
        var next = nowNs + Math.Min(LongestLookNs, FirstLookNs << Math.Min((int)waiting.Looks - 1, 5));
        if (waiting.Question != Question.None)
        {
            next = Math.Min(next, Math.Max(waiting.AskNs, nowNs + 1));
        }

        // Past the deadline it waits for the model alone, at the usual pace.
        return nowNs < waiting.DeadlineNs ? Math.Min(next, waiting.DeadlineNs) : next;
    }

    private void Release(int place, IAttributedFlows flows)
    {
        var waiting = _waiting[place];
        ref var flow = ref _table[waiting.Slot].Flow;
        if (waiting.Question != Question.None)
        {
            waiting.DestinationFinal = false;
            LookAtEnds(ref flow, ref waiting, nowNs: waiting.DeadlineNs);
            waiting.DestinationFinal = false;
        }

        if (waiting.Original.Protocol != 0)
        {
            _table.Link(waiting.Slot, in waiting.Original);
            _table[waiting.Slot].IsBehind = true;
        }

        _owners?.Fill(ref _table[waiting.Slot]);

        _ends.Finish(ref flow);
        waiting.Result =
            !IsKnown(in waiting) ? AttributionResult.Timeout
            : waiting.Translated ? AttributionResult.Translated
            : waiting.Looks == 1 ? AttributionResult.Immediate
            : AttributionResult.Waited;
        _waiting.Drop(place);
        flows.Release(waiting.Slot, in waiting);
        Counters.Add(waiting.Result);
    }

    private void Learn(in NetworkAddress sender, uint observer)
    {
        if (ObservationPoint.PodOfSender(observer) is var ifindex and not 0)
        {
            _addresses.Learn(in sender, ifindex);
        }
    }
}
