using System.Buffers.Binary;

namespace NetMon.Agent.Ledger;

/// <summary>What an entry of the journal tells.</summary>
internal enum JournalKind : byte
{
    None,

    /// <summary>A record of the kernel, and where it came from.</summary>
    Record,

    /// <summary>It is known whose a flow is: the flow as it is then, with all that gathered before. Its figures follow from it.</summary>
    Released,

    /// <summary>What the flow of the entry before had gathered at another sampling rate.</summary>
    Part,

    /// <summary>A flow turned out to be another one's packets.</summary>
    Shadow,

    /// <summary>A record that is a flow of its own: late, or without room in the table.</summary>
    Alone,

    /// <summary>A flow ended without a record.</summary>
    Orphan,

    /// <summary>The status and the cause that the entry before gave its flow.</summary>
    Outcome,
}

/// <summary>Where a record came from.</summary>
internal enum RecordOrigin : byte
{
    /// <summary>An earlier journal; it was processed, and its flow waits.</summary>
    Carried,

    /// <summary>An earlier process, which did not come to it; with its number among these.</summary>
    Left,

    /// <summary>The same, but it is to wait until the ring is empty; with the filling of the chunk of earlier programs if it comes from there.</summary>
    LeftSwept,

    /// <summary>One of those that were left is processed now; with how many are by now.</summary>
    Resumed,
    Sweep,
    Ring,

    /// <summary>The ring of an earlier agent, whose programs were replaced.</summary>
    OldRing,
}

/// <summary>
/// The 8 bytes before each entry.
/// <code>
///   | bytes of the entry, these included, 4 | kind, 1 | origin, 1 | 0, 2 |
/// </code>
/// </summary>
internal readonly record struct JournalHeader(int Length, JournalKind Kind, RecordOrigin Origin)
{
    public const int Bytes = 8;

    public void Write(Span<byte> room) =>
        BinaryPrimitives.WriteUInt64LittleEndian(
            room,
            (uint)Length | ((ulong)Kind << 32) | ((ulong)Origin << 40)
        );

    public static JournalHeader Read(ReadOnlySpan<byte> bytes)
    {
        var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return new((int)(uint)word, (JournalKind)(byte)(word >> 32), (RecordOrigin)(byte)(word >> 40));
    }
}
