using System.Buffers.Binary;
using NetMon.Agent.Attribution;
using NetMon.Agent.Flows;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;
using RoundTripBuckets = NetMon.Core.Flows.RoundTripBuckets;

namespace NetMon.Agent.Ledger;

/// <summary>The entries of the journal. Allocates nothing in the steady state.</summary>
internal sealed class JournalWriter
{
    private readonly LedgerObjects _objects = new();

    /// <summary>A new generation has none of the objects of the one before.</summary>
    public void Begin() => _objects.Clear();

    /// <param name="journal">Where it goes.</param>
    /// <param name="record">In the layout that the journal tells.</param>
    /// <param name="origin">Where it came from.</param>
    /// <param name="position">And where in it.</param>
    /// <param name="ring">Which of the earlier rings, if it is from one.</param>
    public static void Record(
        Journal journal,
        in FlowRecord record,
        RecordOrigin origin,
        ulong position,
        uint ring = 0
    )
    {
        var room = journal.Payload;
        var start = JournalRecords.StartOf(origin);
        BinaryPrimitives.WriteUInt64LittleEndian(room[(start - sizeof(ulong))..], ring);
        BinaryPrimitives.WriteUInt64LittleEndian(room, position);
        var length = SparseRecord.Write(in record, room[start..]);
        journal.Add(JournalKind.Record, start + length, origin);
    }

    public void Released(
        Journal journal,
        in FlowEntry entry,
        in Flow flow,
        in RoundTripCounts roundTrips,
        ReleaseMarks marks,
        AttributionResult result
    )
    {
        var writer = new LedgerWriter(journal.Payload);
        writer.Byte((byte)marks);
        writer.Byte((byte)result);
        Write(ref writer, in roundTrips);
        EntryCodec.Write(ref writer, _objects, in entry, in flow);
        journal.Add(JournalKind.Released, writer.Length);
    }

    public static void Part(Journal journal, in EarlierPart part)
    {
        var writer = new LedgerWriter(journal.Payload);
        writer.Number((ulong)part.Rate);
        Write(ref writer, in part.RoundTrips);
        FlowCodec.Write(ref writer, in part.Counts);
        journal.Add(JournalKind.Part, writer.Length);
    }

    public static void Shadow(Journal journal, in FlowEntry entry, long packets, bool ended)
    {
        var writer = new LedgerWriter(journal.Payload);
        writer.Key(in entry.Key);
        writer.Fixed(entry.Flow.StartNs);
        writer.Number(packets);
        writer.Number(entry.RecordNs);
        writer.Byte(ended ? (byte)1 : (byte)0);
        journal.Add(JournalKind.Shadow, writer.Length);
    }

    /// <param name="journal">Where it goes.</param>
    /// <param name="flow">Null: it belongs to a shadow.</param>
    /// <param name="roundTrips">Of the record.</param>
    /// <param name="late">Of a flow that has ended; else there was no room.</param>
    public void Alone(Journal journal, in Flow flow, in RoundTripCounts roundTrips, bool late)
    {
        var writer = new LedgerWriter(journal.Payload);
        writer.Byte(late ? (byte)1 : (byte)0);
        Write(ref writer, in roundTrips);
        FlowCodec.Write(ref writer, _objects, in flow);
        journal.Add(JournalKind.Alone, writer.Length);
    }

    public static void AloneShadow(Journal journal) => journal.Add(JournalKind.Alone, 0);

    public static void Orphan(Journal journal, in FlowEntry entry)
    {
        var writer = new LedgerWriter(journal.Payload);
        writer.Key(in entry.Key);
        writer.Fixed(entry.Flow.StartNs);
        journal.Add(JournalKind.Orphan, writer.Length);
    }

    public static void Outcome(Journal journal, FlowStatus status, FlowCause cause)
    {
        var writer = new LedgerWriter(journal.Payload);
        writer.Byte((byte)status);
        writer.Byte((byte)cause);
        journal.Add(JournalKind.Outcome, writer.Length);
    }

    private static void Write(ref LedgerWriter writer, in RoundTripCounts trips)
    {
        writer.Byte(trips.Any ? (byte)1 : (byte)0);
        for (var i = 0; trips.Any && i < RoundTripBuckets.Length; i++)
        {
            writer.Number((ulong)trips.Source[i]);
            writer.Number((ulong)trips.Destination[i]);
        }
    }

    public static RoundTripCounts ReadRoundTrips(ref LedgerReader reader)
    {
        var trips = new RoundTripCounts { Any = reader.Byte() != 0 };
        for (var i = 0; trips.Any && i < RoundTripBuckets.Length; i++)
        {
            trips.Source[i] = reader.UInt();
            trips.Destination[i] = reader.UInt();
        }

        return trips;
    }
}

/// <summary>What happened to a flow before it was known whose it is.</summary>
[Flags]
internal enum ReleaseMarks : byte
{
    None = 0,
    Closed = 1,
    Ended = 2,
}

internal static class ReleaseWords
{
    public static ReleaseMarks Of(RecordReason reason) =>
        reason switch
        {
            RecordReason.End => ReleaseMarks.Ended,
            RecordReason.Close => ReleaseMarks.Closed,
            _ => ReleaseMarks.None,
        };

    public static ReleaseMarks Of(in WaitingFlow waiting) =>
        (waiting.Closed ? ReleaseMarks.Closed : ReleaseMarks.None)
        | (waiting.Ended ? ReleaseMarks.Ended : ReleaseMarks.None);
}
