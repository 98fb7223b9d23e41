using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using NetMon.Agent.Ledger;
using NetMon.Bpf.Layouts;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>
/// Makes of the journal that an agent left the one that an agent would have left whose records have another layout: a field more, all others in the
/// reverse order, some of them wider. Written from what docs and comments say of the format, not with the code that reads it.
/// </summary>
internal static class OtherLayout
{
    private static readonly string[] Wider =
    [
        "events.syn_retries",
        "events.icmp_errors",
        "reason",
        "sampling_rate",
        "handshake.mss",
    ];

    private static readonly List<Field> Own = Parse(RecordLayout.Own.Describe());
    private static readonly List<Field> Other = Rearrange();
    private static readonly int OwnBytes = RecordLayout.Own.RecordBytes;
    private static readonly int OtherBytes = (Other.Max(field => field.End) + 7) & ~7;

    /// <param name="directory">Of a ledger whose agent has ended.</param>
    public static void Apply(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "journal.*"))
        {
            var file = File.ReadAllBytes(path);
            if (BinaryPrimitives.ReadUInt64LittleEndian(file) == Journal.Magic)
            {
                Rewrite(file);
                File.WriteAllBytes(path, file);
            }
        }
    }

    /// <summary>A description of a layout.</summary>
    public static byte[] Describe(
        int size,
        IEnumerable<(string Path, int Offset, int Size, int Count)> fields
    ) =>
        Write(
            size,
            [.. fields.Select(field => new Field(field.Path, field.Offset, field.Size, field.Count))]
        );

    private static void Rewrite(byte[] file)
    {
        var description = file.AsSpan(Journal.LayoutOffset, Journal.HeaderBytes - Journal.LayoutOffset);
        if (description.StartsWith(Write(OtherBytes, Other)))
        {
            // That of the agent before, which the last one had not yet removed.
            return;
        }

        description.Clear();
        Write(OtherBytes, Other).CopyTo(description);
        var records = file.AsSpan(Journal.ChunkOffset + 64, Journal.ChunkBytes - 64);
        var before = records.ToArray();
        records.Clear();
        for (var i = 0; i < SweepChunk.Size && (i + 1) * OtherBytes <= records.Length; i++)
        {
            Translate(before.AsSpan(i * OwnBytes, OwnBytes), records.Slice(i * OtherBytes, OtherBytes));
        }

        var half = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(32));
        for (var slot = 64; slot < 96; slot += 16)
        {
            var generation = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(slot));
            var committed = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(slot + 8));
            var start = (int)(Journal.HalvesOffset + ((long)(generation & 1) * half));
            var entries = Entries(file.AsSpan(start, (int)committed));
            Assert.True(entries.Length <= half);
            entries.CopyTo(file, start);
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(slot + 8), entries.Length);
        }
    }

    private static byte[] Entries(ReadOnlySpan<byte> entries)
    {
        var all = new List<byte>();
        while (!entries.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(entries);
            var entry = entries[..length];
            entries = entries[length..];
            if ((JournalKind)entry[4] != JournalKind.Record)
            {
                all.AddRange(entry);
                continue;
            }

            // A header, a position, and of an earlier ring its number.
            var start = (RecordOrigin)entry[5] == RecordOrigin.OldRing ? 24 : 16;
            var record = new byte[OtherBytes];
            Translate(Expand(entry[start..]), record);
            var sparse = Compress(record);
            byte[] other = [.. entry[..start], .. sparse];
            BinaryPrimitives.WriteInt32LittleEndian(other, other.Length);
            all.AddRange(other);
        }

        return [.. all];
    }

    private static byte[] Expand(ReadOnlySpan<byte> sparse)
    {
        var record = new byte[OwnBytes];
        var bits = BinaryPrimitives.ReadUInt64LittleEndian(sparse);
        for (var (word, at) = (0, 8); word < OwnBytes / 8; word++)
        {
            if ((bits >> word & 1) != 0)
            {
                sparse.Slice(at, 8).CopyTo(record.AsSpan(word * 8));
                at += 8;
            }
        }

        return record;
    }

    private static byte[] Compress(byte[] record)
    {
        var bits = 0ul;
        var words = new List<byte>();
        for (var word = 0; word < record.Length / 8; word++)
        {
            var bytes = record.AsSpan(word * 8, 8);
            if (bytes.ContainsAnyExcept((byte)0))
            {
                bits |= 1ul << word;
                words.AddRange(bytes);
            }
        }

        return [.. BitConverter.GetBytes(bits), .. words];
    }

    private static void Translate(ReadOnlySpan<byte> own, Span<byte> other)
    {
        foreach (var target in Other)
        {
            var source = Own.SingleOrDefault(field => field.Path == target.Path);
            for (var i = 0; i < source.Count; i++)
            {
                own.Slice(source.Offset + (i * source.Size), source.Size)
                    .CopyTo(other[(target.Offset + (i * target.Size))..]);
            }
        }
    }

    private static List<Field> Rearrange()
    {
        var fields = new List<Field> { new("news", 0, 8, 1) };
        foreach (var field in Own.Where(field => !field.Path.Contains("reserved")).Reverse())
        {
            var size = Wider.Contains(field.Path) ? field.Size * 2 : field.Size;
            fields.Add(new(field.Path, fields[^1].End, size, field.Count));
        }

        return fields;
    }

    private static List<Field> Parse(ReadOnlySpan<byte> description)
    {
        var fields = new List<Field>();
        var rest = description[16..];
        while (!rest.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
            fields.Add(
                new(
                    Encoding.UTF8.GetString(rest.Slice(16, length)),
                    BinaryPrimitives.ReadInt32LittleEndian(rest),
                    BinaryPrimitives.ReadInt32LittleEndian(rest[4..]),
                    BinaryPrimitives.ReadInt32LittleEndian(rest[8..])
                )
            );
            rest = rest[(16 + length)..];
        }

        return fields;
    }

    private static byte[] Write(int size, List<Field> fields)
    {
        var body = new List<byte>();
        body.AddRange(BitConverter.GetBytes(size));
        body.AddRange(BitConverter.GetBytes(fields.Count));
        foreach (var field in fields)
        {
            body.AddRange(BitConverter.GetBytes(field.Offset));
            body.AddRange(BitConverter.GetBytes(field.Size));
            body.AddRange(BitConverter.GetBytes(field.Count));
            body.AddRange(BitConverter.GetBytes(field.Path.Length));
            body.AddRange(Encoding.UTF8.GetBytes(field.Path));
        }

        byte[] rest = [.. BitConverter.GetBytes(body.Count), .. body];
        var sum = rest.Aggregate(uint.MaxValue, BitOperations.Crc32C);
        return [.. BitConverter.GetBytes(sum), .. rest];
    }

    private readonly record struct Field(string Path, int Offset, int Size, int Count)
    {
        public int End => Offset + (Size * Count);
    }
}
