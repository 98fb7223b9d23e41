using System.Runtime.InteropServices;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Ledger;

/// <summary>
/// Where records are read to that programs of another layout left in their map: as they are, so that none is lost if the process ends between
/// reading them and the journal's having them. As <see cref="SweepChunk"/>, but for their layout, which is told with them.
/// </summary>
/// <remarks><code>
///   0      sequence, 8
///   64     what their bytes mean (RecordLayout)
///   8192   records
/// </code></remarks>
internal sealed class EarlierChunk(MappedFile file)
{
    public const int Bytes = RecordsOffset + RoomBytes;

    private const int LayoutOffset = 64;
    private const int RecordsOffset = 8192;
    private const int RoomBytes = 32 * 1024;

    private RecordLayout? _layout;

    /// <summary>Tells this filling of the chunk from others.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>Empties the chunk for the next records; what was in it was taken.</summary>
    /// <param name="layout">Of the records.</param>
    /// <returns>Room for them; empty if there is none for such records.</returns>
    public Span<byte> Begin(RecordLayout layout)
    {
        var room = file[Journal.EarlierOffset + RecordsOffset, RoomBytes];
        room.Clear();
        if (!ReferenceEquals(_layout, layout))
        {
            var place = file[Journal.EarlierOffset + LayoutOffset, RecordsOffset - LayoutOffset];
            var description = layout.Describe();
            if (description.Length > place.Length)
            {
                return [];
            }

            description.CopyTo(place);
            _layout = layout;
        }

        Volatile.Write(ref file.Word(Journal.EarlierOffset), ++Sequence);
        return room;
    }

    /// <summary>Records of a chunk that somebody left, in the layout of today.</summary>
    /// <param name="bytes">The chunk's part of a journal's file.</param>
    /// <param name="taken">The filling that is in the journal.</param>
    /// <exception cref="LedgerException">It does not say what they mean.</exception>
    public static List<FlowRecord> Left(ReadOnlySpan<byte> bytes, ulong taken)
    {
        var records = new List<FlowRecord>();
        if (MemoryMarshal.Read<ulong>(bytes) <= taken)
        {
            return records;
        }

        if (!RecordLayout.TryParse(bytes[LayoutOffset..RecordsOffset], out var layout, out var fault))
        {
            throw new LedgerException(LedgerRefusal.Layout, $"records of earlier programs: {fault}");
        }

        var rest = bytes[RecordsOffset..];
        while (rest.Length >= layout!.RecordBytes)
        {
            var record = layout.TranslateDrained(rest);
            if (!SweepChunk.IsFilled(in record))
            {
                break;
            }

            records.Add(record);
            rest = rest[layout.RecordBytes..];
        }

        return records;
    }
}
