using System.Runtime.InteropServices;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Ledger;

/// <summary>Where records are read to that the kernel counts as reported once they are read: what is in it and not in the journal, is to come.</summary>
/// <remarks>
/// <code>
///   | sequence, 8 | 0, 8 .. | records |
/// </code>
/// One system call writes the chunk and is not left half-way: a process that is killed meanwhile ends when the call is over. It is
/// cleared before its sequence changes, so that no record of before is taken for one of after.
/// </remarks>
internal sealed class SweepChunk
{
    /// <summary>Records of a chunk: few, since they wait for each other; and a whole number of them, so that the kernel keeps no rest.</summary>
    public const int Size = 64;

    private const int RecordsOffset = 64;

    private readonly MappedFile? _file;
    private readonly FlowRecord[] _own = [];
    private ulong _sequence;

    /// <summary>A chunk that goes with the process.</summary>
    public SweepChunk() => _own = new FlowRecord[Size];

    /// <summary>A chunk in a journal's file.</summary>
    public SweepChunk(MappedFile file) => _file = file;

    /// <summary>Tells this filling of the chunk from others.</summary>
    public ulong Sequence => _sequence;

    public Span<FlowRecord> Records =>
        _file is null
            ? _own
            : MemoryMarshal.Cast<byte, FlowRecord>(
                _file[Journal.ChunkOffset + RecordsOffset, Size * Marshal.SizeOf<FlowRecord>()]
            );

    /// <summary>Empties the chunk for the next records; what was in it was taken.</summary>
    public void Begin()
    {
        _sequence++;
        if (_file is not null)
        {
            Records.Clear();
            Volatile.Write(ref _file.Word(Journal.ChunkOffset), _sequence);
        }
    }

    /// <summary>Records of a chunk that somebody left.</summary>
    /// <param name="bytes">The chunk's part of a journal's file.</param>
    /// <param name="sequence">Which filling it is.</param>
    /// <returns>Records, one behind the other, and zeros.</returns>
    public static ReadOnlySpan<byte> Left(ReadOnlySpan<byte> bytes, out ulong sequence)
    {
        sequence = MemoryMarshal.Read<ulong>(bytes);
        return bytes[RecordsOffset..];
    }

    /// <summary>Whether a place of a chunk was filled.</summary>
    public static bool IsFilled(in FlowRecord record) => record.Key.Protocol != 0 || record.TimeNs != 0;
}
