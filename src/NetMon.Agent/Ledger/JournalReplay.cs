using System.Runtime.InteropServices;
using NetMon.Agent.Attribution;
using NetMon.Agent.Flows;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Ledger;

/// <summary>Does again what happened after a checkpoint, as the journal tells it: whose a flow is and what became of it is not asked anew.</summary>
/// <remarks>
/// <code>
///   record of a counted flow --> its counts, with the outcome that follows
///   record of a shadow -------> shadow packets
///   record of another flow ---> gathers, until a later entry tells whose it is
///   at the end: what still gathers is left to be processed as new
/// </code>
/// </remarks>
internal sealed class JournalReplay(LedgerParts parts, JournalRecords records)
{
    private readonly FlowStep _step = new();
    private readonly LedgerObjectReader _objects = new(parts.HasCluster);
    private readonly Dictionary<Identity, List<FlowRecord>> _gathering = [];

    private readonly List<LeftRecord> _left = [];

    /// <summary>Records that were done again.</summary>
    public long Records { get; private set; }

    /// <summary>Up to where records were taken.</summary>
    public LedgerPositions Positions;

    /// <summary>What is to be processed anew: the records of flows of which it is not known yet whose they are, and what was never processed.</summary>
    public IEnumerable<LeftRecord> Left =>
        _gathering
            .Values.SelectMany(gathered => gathered)
            .Select(record => new LeftRecord(record, isSwept: false))
            .Concat(_left.Skip((int)Positions.Resumed));

    /// <exception cref="LedgerException">Bytes that are no journal: what was read before counts.</exception>
    public void Read(ReadOnlySpan<byte> entries)
    {
        while (TryTake(ref entries, out var header, out var payload))
        {
            var follower = Peek(entries);
            switch (header.Kind)
            {
                case JournalKind.Record:
                    var record = ReadRecord(in header, payload);
                    Records++;
                    if (header.Origin is RecordOrigin.Left or RecordOrigin.LeftSwept)
                    {
                        _left.Add(new(record, header.Origin == RecordOrigin.LeftSwept));
                    }
                    else if (follower.Kind == JournalKind.Alone)
                    {
                        TryTake(ref entries, out _, out var alone);
                        Alone(in record, alone, ReadOutcome(ref entries));
                    }
                    else
                    {
                        Record(in record, ReadOutcome(ref entries));
                    }

                    break;
                case JournalKind.Released:
                    Released(payload, ref entries);
                    break;
                case JournalKind.Shadow:
                    Shadow(payload);
                    break;
                case JournalKind.Orphan:
                    Orphan(payload, ReadOutcome(ref entries));
                    break;
                default:
                    throw new LedgerException(
                        LedgerRefusal.Corrupt,
                        "an entry of a kind that no journal has"
                    );
            }
        }
    }

    private FlowRecord ReadRecord(in JournalHeader header, ReadOnlySpan<byte> payload)
    {
        if (!records.TryRead(header.Origin, payload, out var record))
        {
            throw new LedgerException(LedgerRefusal.Corrupt, "a record that is none");
        }

        var ring = MemoryMarshal.Read<uint>(
            payload[(JournalRecords.StartOf(header.Origin) - sizeof(ulong))..]
        );
        var position = MemoryMarshal.Read<ulong>(payload);
        Positions.Take(header.Origin, position, ring);
        if (
            header.Origin is RecordOrigin.Ring or RecordOrigin.OldRing or RecordOrigin.Sweep
            || (header.Origin == RecordOrigin.LeftSwept && position != 0)
        )
        {
            parts.Metrics.Replayed();
        }

        return record;
    }

    private void Record(in FlowRecord record, FlowOutcome? outcome)
    {
        var slot = parts.Table.Find(in record.Key, record.State.FirstNs);
        if (slot < 0)
        {
            Gather(in record);
            return;
        }

        ref var entry = ref parts.Table[slot];
        entry.RecordNs = Math.Max(entry.RecordNs, record.TimeNs);
        if (entry.Role == FlowRole.Shadow)
        {
            CountShadow(slot, FlowPackets.Of(in record), record.Reason == RecordReason.End);
            return;
        }

        var weight = entry.Flow.Weight;
        _step.Event.Flow = entry.Flow;
        _step.Take(in record, entry.SourceEnd);
        parts.Metrics.Reweighed(in _step.Event.Flow, weight);
        _step.Event.Kind = RecordTranslator.KindOf(record.Reason);
        Finish(slot, outcome, record.Reason == RecordReason.End);
    }

    private void Gather(in FlowRecord record)
    {
        ref var gathered = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _gathering,
            IdentityOf(in record.Key, record.State.FirstNs),
            out _
        );
        (gathered ??= []).Add(record);
    }

    private void Released(scoped ReadOnlySpan<byte> payload, ref ReadOnlySpan<byte> entries)
    {
        var reader = new LedgerReader(payload);
        var marks = (ReleaseMarks)reader.Byte();
        var result = reader.Word<AttributionResult>();
        var waiting = new WaitingFlow { RoundTrips = JournalWriter.ReadRoundTrips(ref reader) };
        EntryCodec.Read(ref reader, _objects, out var kept);
        _gathering.Remove(IdentityOf(in kept.Key, kept.Flow.StartNs));
        kept.Role = FlowRole.Counted;
        var slot = KeptFlows.Add(parts, in kept);
        if (slot < 0 && parts.Table.Find(in kept.Key, kept.Flow.StartNs) >= 0)
        {
            throw new LedgerException(LedgerRefusal.Corrupt, "a flow that began twice");
        }

        parts.Attributor.Counters.Add(result);
        _step.TakeAll(in kept.Flow, in waiting);
        FlowSeries alone = default;
        ref var series = ref slot < 0 ? ref alone : ref parts.Table[slot].Series;
        while (Peek(entries).Kind == JournalKind.Part)
        {
            TryTake(ref entries, out _, out var part);
            Part(part, ref series);
        }

        if (slot < 0)
        {
            // The agent before had a larger table: counted as a flow that finds it full.
            _step.Decide(ReadOutcome(ref entries));
            _step.CountPackets(parts.Metrics, ref alone);
            parts.Metrics.Release(ref alone);
            parts.Metrics.TableFull();
            return;
        }

        parts.Metrics.Opened(in kept.Flow);
        Finish(slot, ReadOutcome(ref entries), (marks & ReleaseMarks.Ended) != ReleaseMarks.None);
        parts.Pipeline.Recall(in _step.Event.Flow);
    }

    private void Part(ReadOnlySpan<byte> payload, ref FlowSeries series)
    {
        var reader = new LedgerReader(payload);
        var part = new EarlierPart
        {
            Rate = (ushort)reader.Number(),
            RoundTrips = JournalWriter.ReadRoundTrips(ref reader),
            Counts = FlowCodec.ReadCounts(ref reader),
        };
        _step.CountEarlier(in part, parts.Metrics, ref series);
    }

    private void Shadow(ReadOnlySpan<byte> payload)
    {
        var reader = new LedgerReader(payload);
        var kept = new KeptEntry { Key = reader.Key(), Role = FlowRole.Shadow };
        kept.Flow.StartNs = reader.Fixed();
        var packets = reader.Long();
        kept.RecordNs = reader.Number();
        var ended = reader.Byte() != 0;
        _gathering.Remove(IdentityOf(in kept.Key, kept.Flow.StartNs));
        parts.Attributor.Counters.Add(AttributionResult.Shadow);
        CountShadow(KeptFlows.Add(parts, in kept), packets, ended);
    }

    private void CountShadow(int slot, long packets, bool ended)
    {
        parts.Attributor.Counters.AddShadowPackets(packets);
        if (ended && slot >= 0)
        {
            parts.Attributor.End(in parts.Table[slot], parts.Table[slot].RecordNs);
            parts.Table.Remove(slot);
        }
    }

    private void Alone(in FlowRecord record, ReadOnlySpan<byte> payload, FlowOutcome? outcome)
    {
        if (payload.IsEmpty)
        {
            parts.Attributor.Counters.AddShadowPackets(FlowPackets.Of(in record));
            return;
        }

        var reader = new LedgerReader(payload);
        var late = reader.Byte() != 0;
        var waiting = new WaitingFlow { RoundTrips = JournalWriter.ReadRoundTrips(ref reader) };
        var flow = FlowCodec.Read(ref reader, _objects);
        _step.TakeAll(in flow, in waiting);
        _step.Decide(outcome);
        FlowSeries none = default;
        _step.CountPackets(parts.Metrics, ref none);
        parts.Metrics.Release(ref none);
        if (late)
        {
            parts.Metrics.Late();
        }
        else
        {
            parts.Metrics.TableFull();
        }
    }

    private void Orphan(ReadOnlySpan<byte> payload, FlowOutcome? outcome)
    {
        var reader = new LedgerReader(payload);
        var key = reader.Key();
        var slot = parts.Table.Find(in key, reader.Fixed());
        if (slot < 0)
        {
            return;
        }

        parts.Metrics.Orphaned();
        ref var entry = ref parts.Table[slot];
        if (entry.Role == FlowRole.Counted)
        {
            _step.End(in entry.Flow);
            _step.Decide(outcome);
            _step.CountNews(parts.Metrics, ref entry.Series);
            parts.Metrics.Ended(in _step.Event.Flow, ref entry.Series);
        }

        parts.Table.Remove(slot);
    }

    private void Finish(int slot, FlowOutcome? outcome, bool ended)
    {
        ref var entry = ref parts.Table[slot];
        _step.Decide(outcome);
        parts.Table.Commit(slot, in _step.Event.Flow);
        _step.CountPackets(parts.Metrics, ref entry.Series);
        _step.CountNews(parts.Metrics, ref entry.Series);
        if (ended)
        {
            parts.Metrics.Ended(in _step.Event.Flow, ref entry.Series);
            parts.Attributor.End(in entry, entry.RecordNs);
            parts.Table.Remove(slot);
        }
    }

    private static FlowOutcome? ReadOutcome(ref ReadOnlySpan<byte> entries)
    {
        if (Peek(entries).Kind != JournalKind.Outcome)
        {
            return null;
        }

        TryTake(ref entries, out _, out var payload);
        var reader = new LedgerReader(payload);
        return new(reader.Word<FlowStatus>(), reader.Word<FlowCause>());
    }

    private static JournalHeader Peek(ReadOnlySpan<byte> entries) =>
        entries.Length < JournalHeader.Bytes ? default : JournalHeader.Read(entries);

    /// <summary>Takes the next entry.</summary>
    /// <exception cref="LedgerException">There is something that is none.</exception>
    public static bool TryTake(
        ref ReadOnlySpan<byte> entries,
        out JournalHeader header,
        out ReadOnlySpan<byte> payload
    )
    {
        header = default;
        payload = default;
        if (entries.IsEmpty)
        {
            return false;
        }

        header = Peek(entries);
        if (header.Length < JournalHeader.Bytes || header.Length > entries.Length)
        {
            throw new LedgerException(LedgerRefusal.Corrupt, "an entry that is longer than the journal");
        }

        payload = entries[JournalHeader.Bytes..header.Length];
        entries = entries[header.Length..];
        return true;
    }

    private static Identity IdentityOf(in FlowKey key, ulong startNs)
    {
        var words = MemoryMarshal.Cast<FlowKey, ulong>(new ReadOnlySpan<FlowKey>(in key));
        return new(words[0], words[1], words[2], words[3], words[4], startNs);
    }

    private readonly record struct Identity(ulong A, ulong B, ulong C, ulong D, ulong Ports, ulong StartNs);
}
