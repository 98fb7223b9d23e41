using System.Buffers.Binary;

namespace NetMon.Fuzz.Mutation;

/// <summary>Changes that need not know what the bytes mean.</summary>
internal static class ByteMutations
{
    private static readonly long[] Extremes =
    [
        0,
        1,
        -1,
        2,
        3,
        4,
        7,
        8,
        15,
        16,
        0x7f,
        0x80,
        0xff,
        0x100,
        0x7fff,
        0x8000,
        0xffff,
        0x10000,
        int.MaxValue,
        int.MinValue,
        uint.MaxValue,
        long.MaxValue,
        long.MinValue,
    ];

    private delegate void Change(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds);

    private static readonly Change[] Changes =
    [
        FlipBit,
        SetByte,
        SetNumber,
        AddToNumber,
        RemoveRange,
        RepeatRange,
        Truncate,
        InsertNoise,
        Splice,
        CopyRange,
    ];

    public static void Apply(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds) =>
        Changes[random.Below(Changes.Length)](draft, ref random, seeds);

    public static long Extreme(ref InputRandom random) => Extremes[random.Below(Extremes.Length)];

    /// <summary>Writes the low bytes of a number, in either order.</summary>
    public static void Write(Span<byte> to, long value, bool bigEndian)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (bigEndian)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            bytes[^to.Length..].CopyTo(to);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            bytes[..to.Length].CopyTo(to);
        }
    }

    private static void FlipBit(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds)
    {
        if (draft.Length > 0)
        {
            draft.Bytes[random.Below(draft.Length)] ^= (byte)(1 << random.Below(8));
        }
    }

    private static void SetByte(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds)
    {
        if (draft.Length > 0)
        {
            draft.Bytes[random.Below(draft.Length)] = random.OneIn(2)
                ? (byte)random.Next()
                : (byte)Extreme(ref random);
        }
    }

    private static void SetNumber(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds)
    {
        var number = Number(draft, ref random);
        Write(number, Extreme(ref random), random.OneIn(3));
    }

    private static void AddToNumber(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds)
    {
        var number = Number(draft, ref random);
        Span<byte> whole = stackalloc byte[8];
        whole.Clear();
        number.CopyTo(whole);
        Write(number, BinaryPrimitives.ReadInt64LittleEndian(whole) + random.Below(35) - 17, false);
    }

    private static void RemoveRange(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds) =>
        draft.Remove(random.Below(draft.Length), random.Length(draft.Length));

    private static void RepeatRange(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds)
    {
        var at = random.Below(draft.Length);
        var range = draft.Bytes[at..][..Math.Min(random.Length(256), draft.Length - at)].ToArray();
        for (var times = 1 + random.Below(random.OneIn(16) ? 64 : 3); times > 0; times--)
        {
            draft.Insert(at, range);
        }
    }

    private static void Truncate(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds) =>
        draft.Cut(random.Below(draft.Length + 1));

    private static void InsertNoise(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds)
    {
        Span<byte> noise = stackalloc byte[1 + random.Below(16)];
        foreach (ref var one in noise)
        {
            one = (byte)random.Next();
        }

        draft.Insert(random.Below(draft.Length + 1), noise);
    }

    private static void Splice(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds)
    {
        ReadOnlySpan<byte> other = seeds[random.Below(seeds.Count)];
        var from = random.Below(other.Length);
        var part = other[from..][..random.Below(other.Length - from + 1)];
        var at = random.Below(draft.Length + 1);
        draft.Replace(at, random.OneIn(2) ? draft.Length - at : part.Length, part);
    }

    private static void CopyRange(Draft draft, ref InputRandom random, IReadOnlyList<byte[]> seeds)
    {
        var at = random.Below(draft.Length);
        var range = draft.Bytes[at..][..Math.Min(random.Length(64), draft.Length - at)].ToArray();
        draft.Overwrite(random.Below(draft.Length), range);
    }

    private static Span<byte> Number(Draft draft, ref InputRandom random)
    {
        var width = Math.Min(1 << random.Below(4), draft.Length);
        var at = random.Below(draft.Length - width + 1);
        return draft.Bytes.Slice(random.OneIn(2) ? at & ~(Math.Max(width, 1) - 1) : at, width);
    }
}
