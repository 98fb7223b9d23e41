using System.Numerics;
using System.Runtime.InteropServices;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Ledger;

/// <summary>A record without its zeros: of its 45 words about a third is something in most.</summary>
/// <remarks><code>
///   | which words are not 0, a bit each, 8 bytes | those words, 8 bytes each |
/// </code></remarks>
internal static class SparseRecord
{
    /// <summary>Words that a record of any layout may have.</summary>
    public const int MaxWords = 64;

    /// <summary>Bytes that a record needs at most.</summary>
    public static int MaxBytes { get; } = sizeof(ulong) + Marshal.SizeOf<FlowRecord>() + sizeof(ulong);

    /// <summary>Writes a record; allocates nothing.</summary>
    /// <param name="record">Any.</param>
    /// <param name="room"><see cref="MaxBytes"/> at least; what lies behind the record in it may be changed.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(in FlowRecord record, Span<byte> room)
    {
        var words = MemoryMarshal.Cast<FlowRecord, ulong>(new ReadOnlySpan<FlowRecord>(in record));
        var target = MemoryMarshal.Cast<byte, ulong>(room);
        var bits = 0ul;
        var next = 1;
        for (var i = 0; i < words.Length; i++)
        {
            // Without a branch, which no processor could foresee: a word that is 0 is overwritten by the next.
            var some = words[i] != 0 ? 1 : 0;
            target[next] = words[i];
            next += some;
            bits |= (ulong)some << i;
        }

        target[0] = bits;
        return next * sizeof(ulong);
    }

    /// <returns>False for bytes that are no record.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FlowRecord record)
    {
        record = default;
        return TryExpand(bytes, MemoryMarshal.Cast<FlowRecord, ulong>(new Span<FlowRecord>(ref record)));
    }

    /// <summary>A record of any layout.</summary>
    /// <param name="bytes">As it was written.</param>
    /// <param name="words">As many as it has, <see cref="MaxWords"/> at most.</param>
    /// <returns>False for bytes that are no such record.</returns>
    public static bool TryExpand(ReadOnlySpan<byte> bytes, Span<ulong> words)
    {
        words.Clear();
        var source = MemoryMarshal.Cast<byte, ulong>(bytes);
        if (
            source.IsEmpty
            || BitOperations.PopCount(source[0]) > source.Length - 1
            || (words.Length < MaxWords && (source[0] >> words.Length) != 0)
        )
        {
            return false;
        }

        var next = 1;
        for (var bits = source[0]; bits != 0; bits &= bits - 1)
        {
            words[BitOperations.TrailingZeroCount(bits)] = source[next++];
        }

        return true;
    }
}
