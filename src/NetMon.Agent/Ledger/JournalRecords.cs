using System.Runtime.InteropServices;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Ledger;

/// <summary>Reads the records of a journal as the agent meant them that wrote it: those of another layout by the names of their fields.</summary>
internal sealed class JournalRecords
{
    /// <summary>Bytes before the record of an entry: its position, and of a ring that is not the journal's own, which ring.</summary>
    public static int StartOf(RecordOrigin origin) =>
        origin == RecordOrigin.OldRing ? 2 * sizeof(ulong) : sizeof(ulong);

    private readonly RecordLayout? _other;
    private readonly ulong[] _words;

    /// <param name="start">The journal's file up to the halves.</param>
    /// <exception cref="LedgerException">It does not say what they mean, or they do not mean what this agent needs.</exception>
    public JournalRecords(ReadOnlySpan<byte> start)
    {
        if (!RecordLayout.TryParse(Journal.LayoutOf(start), out var layout, out var fault))
        {
            throw new LedgerException(
                LedgerRefusal.Layout,
                $"{fault}: what came after the last checkpoint is not counted"
            );
        }

        _words = new ulong[layout!.RecordBytes / sizeof(ulong)];
        if (_words.Length > SparseRecord.MaxWords)
        {
            throw new LedgerException(LedgerRefusal.Layout, "its records are larger than any journal's");
        }

        _other = layout.IsOwn ? null : layout;
    }

    /// <summary>Fields that this agent has no place for.</summary>
    public IReadOnlyList<string> Lost => _other?.LostFields ?? [];

    /// <summary>Whether they were translated.</summary>
    public bool AreOther => _other is not null;

    /// <summary>Reads the record of an entry.</summary>
    /// <returns>False for bytes that are none.</returns>
    public bool TryRead(RecordOrigin origin, ReadOnlySpan<byte> payload, out FlowRecord record)
    {
        record = default;
        if (_other is null)
        {
            return TryReadOwn(origin, payload, out record);
        }

        if (payload.Length <= StartOf(origin) || !SparseRecord.TryExpand(payload[StartOf(origin)..], _words))
        {
            return false;
        }

        record = _other.Translate(MemoryMarshal.AsBytes(_words.AsSpan()));
        return true;
    }

    /// <summary>Reads the record of an entry that this process wrote.</summary>
    public static bool TryReadOwn(RecordOrigin origin, ReadOnlySpan<byte> payload, out FlowRecord record)
    {
        record = default;
        return payload.Length > StartOf(origin)
            && SparseRecord.TryRead(payload[StartOf(origin)..], out record);
    }

    /// <summary>The records of a sweeper's chunk that somebody left.</summary>
    /// <param name="chunk">The chunk's part of the file.</param>
    /// <param name="sequence">Which filling it is.</param>
    public List<FlowRecord> Left(ReadOnlySpan<byte> chunk, out ulong sequence)
    {
        var records = new List<FlowRecord>();
        var rest = SweepChunk.Left(chunk, out sequence);
        var size = _words.Length * sizeof(ulong);
        while (rest.Length >= size)
        {
            var record = _other is null ? MemoryMarshal.Read<FlowRecord>(rest) : _other.Translate(rest);
            if (!SweepChunk.IsFilled(in record))
            {
                break;
            }

            records.Add(record);
            rest = rest[size..];
        }

        return records;
    }
}
