using System.Runtime.ExceptionServices;
using NetMon.Agent.Flows;
using NetMon.Agent.Interfaces;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Asks connection tracking for the flows that wait, and takes the true ends from its answers: steps (2) to (4) of <see cref="Attributor"/>.</summary>
internal sealed class TranslationSearch
{
    /// <summary>Connections are found once they have passed the host (POSTROUTING), which takes microseconds; whoever finds none after these was not tracked.</summary>
    private const int MissesOfUntracked = 3;

    private const ulong FirstPauseNs = 20_000_000;
    private const ulong SecondPauseNs = 80_000_000;
    private const ulong LongestPauseNs = 400_000_000;

    private static readonly TimeSpan PortsStay = TimeSpan.FromSeconds(30);

    private readonly ConnectionQuestions _questions;
    private readonly TranslationRules _rules;
    private readonly IClusterView _view;
    private readonly LocalAddresses _addresses;
    private readonly FlowTable _table;
    private readonly WaitingFlows _waiting;
    private readonly RecentSet _ownServers = new(PortsStay);

    public TranslationSearch(
        ConnectionQuestions questions,
        TranslationRules rules,
        AttributionSources sources,
        FlowTable table,
        WaitingFlows waiting
    )
    {
        _questions = questions;
        _rules = rules;
        _view = sources.View;
        _addresses = sources.Addresses;
        _table = table;
        _waiting = waiting;
    }

    /// <summary>Whether connection tracking is to be asked for a flow, now that it was met.</summary>
    /// <param name="flow">With provisional ends.</param>
    /// <param name="isOriginal">Whether its key was seen before translation.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public Question QuestionFor(in Flow flow, bool isOriginal, ulong nowNs)
    {
        var question = _rules.For(in flow, isOriginal);
        if (!flow.InitiatorCertain)
        {
            // Perhaps it is the other way round.
            var reverse = flow;
            FlowEnds.Swap(ref reverse);
            question = (Question)Math.Max((byte)question, (byte)_rules.For(in reverse, !isOriginal));
        }

        var isSpare =
            question == Question.Unlikely
            || (
                question == Question.Possible
                && isOriginal
                && _ownServers.Contains(ServerHash(flow.Destination, flow.Protocol), nowNs)
            );
        return !isSpare ? question
            : question == Question.Unlikely && _questions.IsAmple(nowNs) ? Question.Possible
            : Question.None;
    }

    /// <summary>Asks for the flows that are due, and takes the answers.</summary>
    /// <returns>A fault, to be thrown once these flows, which wait nowhere else, went on without answers; null: none.</returns>
    public ExceptionDispatchInfo? TryAsk(ReadOnlySpan<int> due, ulong nowNs)
    {
        try
        {
            Ask(due, nowNs);
            return null;
        }
#pragma warning disable CA1031 // Thrown again later.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(error);
        }
    }

    // Keys of before translation come first: their answers tell of the other keys, too, which then need no question.
    private void Ask(ReadOnlySpan<int> due, ulong nowNs)
    {
        _questions.Begin(nowNs);
        Ask(due, original: true, nowNs);
        Ask(due, original: false, nowNs);
    }

    private void Ask(ReadOnlySpan<int> due, bool original, ulong nowNs)
    {
        foreach (var place in due)
        {
            ref var waiting = ref _waiting[place];
            if (
                waiting.Question == Question.None
                || waiting.IsOriginal != original
                || nowNs < waiting.AskNs
                || FlowEnds.IsShadow(ref waiting, _table)
            )
            {
                continue;
            }

            if (!_questions.TryAdd(place, in waiting.Tuple))
            {
                waiting.AskNs = nowNs + FirstPauseNs;
            }

            if (_questions.IsFull)
            {
                TakeAnswers(nowNs);
            }
        }

        TakeAnswers(nowNs);
    }

    private void TakeAnswers(ulong nowNs)
    {
        var places = _questions.Send(out var answers);
        for (var i = 0; i < places.Length; i++)
        {
            ref var waiting = ref _waiting[places[i]];
            ref var entry = ref _table[waiting.Slot];
            TakeAnswer(ref waiting, ref entry, in answers[i], nowNs);
        }
    }

    private void TakeAnswer(
        ref WaitingFlow waiting,
        ref FlowEntry entry,
        in TranslatedConnection answer,
        ulong nowNs
    )
    {
        if (!answer.Found)
        {
            Miss(ref waiting, in entry, answer.Unanswered, nowNs);
            return;
        }

        var original = FlowKeys.Of(in answer.Original);
        var behind = FlowKeys.Of(in answer.Reply);
        waiting.Question = Question.None;
        if (FlowKeys.AreEqual(in original, in behind))
        {
            _questions.Count(LookupResult.Untranslated);
            Orient(ref waiting, ref entry, in answer.Original, evenIfCertain: false);
            NoteOwnServer(in entry.Flow, nowNs);
            return;
        }

        _questions.Count(LookupResult.Translated);
        if (FlowKeys.AreEqual(in entry.Key, in original)) // (3)
        {
            var counted = _table.FindLatest(in behind);
            if (counted >= 0 && _table[counted].Role == FlowRole.Counted)
            {
                waiting.Shadow = true;
                return;
            }

            Orient(ref waiting, ref entry, in answer.Original, evenIfCertain: true);
            _table.Link(waiting.Slot, in behind);
            waiting.DestinationInterface = 0;
            Translate(ref waiting, ref entry.Flow, in answer);
        }
        else if (FlowKeys.AreEqual(in entry.Key, in behind)) // (4)
        {
            Orient(ref waiting, ref entry, answer.Reply.Reversed(), evenIfCertain: true);
            waiting.Original = original;
            waiting.Shadow = IsLeftOut(in original, in answer.Original, in entry.Flow);
            if (!FlowEnds.IsShadow(ref waiting, _table))
            {
                waiting.SourceInterface = 0;
                Translate(ref waiting, ref entry.Flow, in answer);
                waiting.Original = _addresses.IsOwn(entry.Flow.Source.Address) ? default : original;
            }
        }
    }

    // Of two keys that are chosen each for itself, K1 decides wherever it would have been seen, or such connections had two chances to be counted.
    private bool IsLeftOut(in FlowKey original, in ConnectionTuple tuple, in Flow flow)
    {
        var client = AddressOf(in tuple.Source);
        return !FlowSample.Has(in original, flow.Weight)
            && !_addresses.IsOwn(in client)
            && (
                _addresses.TryFindInterface(in client, out _)
                || _addresses.IsOwn(AddressOf(in tuple.Destination))
            );
    }

    private void Miss(ref WaitingFlow waiting, in FlowEntry entry, bool unanswered, ulong nowNs)
    {
        _questions.Count(unanswered ? LookupResult.Unanswered : LookupResult.NotFound);
        waiting.Misses += unanswered ? (byte)0 : (byte)1;
        waiting.AskNs =
            nowNs
            + waiting.Misses switch
            {
                <= 1 => FirstPauseNs,
                2 => SecondPauseNs,
                _ => LongestPauseNs,
            };
        var patience = _questions.FindsAny ? MissesOfUntracked : 1;
        if (waiting.Misses >= patience && waiting.Question != Question.Service)
        {
            waiting.Question = Question.None;

            // Where connections are tracked, a miss may be one that a policy dropped, of a port that others reach behind.
            if (!_questions.FindsAny)
            {
                NoteOwnServer(in entry.Flow, nowNs);
            }
        }

        waiting.Misses = Math.Min(waiting.Misses, (byte)4);
    }

    // The tuple tells who opened the connection, where no SYN did.
    private static void Orient(
        ref WaitingFlow waiting,
        ref FlowEntry entry,
        in ConnectionTuple fromSource,
        bool evenIfCertain
    )
    {
        ref var flow = ref entry.Flow;
        var isRight =
            flow.Source.Address == AddressOf(in fromSource.Source)
            && flow.Source.Port == fromSource.SourcePort;
        if (isRight || (flow.InitiatorCertain && !evenIfCertain))
        {
            return;
        }

        FlowEnds.Swap(ref flow);
        waiting.RoundTrips.Swap();
        entry.SourceEnd = (byte)(1 - entry.SourceEnd);
        (waiting.SourceFinal, waiting.DestinationFinal) = (waiting.DestinationFinal, waiting.SourceFinal);
        (waiting.SourceInterface, waiting.DestinationInterface) = (
            waiting.DestinationInterface,
            waiting.SourceInterface
        );
    }

    private void Translate(ref WaitingFlow waiting, ref Flow flow, in TranslatedConnection answer)
    {
        ref readonly var original = ref answer.Original;
        var asked = AddressOf(in original.Destination);
        var backend = AddressOf(in answer.Reply.Source);
        flow.Source = new(AddressOf(in original.Source), original.SourcePort, flow.Source.InterfaceIndex);
        flow.Destination = new(backend, answer.Reply.SourcePort, flow.Destination.InterfaceIndex);
        flow.Attribution.Service = _view.FindService(in asked, original.DestinationPort, flow.Protocol);
        if (asked != backend || original.DestinationPort != answer.Reply.SourcePort)
        {
            flow.Attribution.Asked = asked;
            flow.Attribution.AskedPort = original.DestinationPort;
        }

        waiting.Translated = true;
        waiting.SourceFinal = false;
        waiting.DestinationFinal = false;
    }

    private void NoteOwnServer(in Flow flow, ulong nowNs)
    {
        if (_addresses.IsOwn(flow.Destination.Address))
        {
            _ownServers.Add(ServerHash(flow.Destination, flow.Protocol), nowNs);
        }
    }

    private static NetworkAddress AddressOf(in AddressBytes bytes) => new((ReadOnlySpan<byte>)bytes);

    private static ulong ServerHash(in FlowEndpoint server, byte protocol) =>
        FlowHash.Of(server.Address.High, server.Address.Low, ((ulong)protocol << 16) | server.Port);
}
