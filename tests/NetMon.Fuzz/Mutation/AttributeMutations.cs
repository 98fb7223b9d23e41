using System.Buffers.Binary;

namespace NetMon.Fuzz.Mutation;

/// <summary>Changes of netlink's attributes: length 2, type 2, value, padding to 4, nested.</summary>
internal static class AttributeMutations
{
    private const int HeaderBytes = 4;
    private const int MaxAttributes = 128;

    /// <param name="draft">A message.</param>
    /// <param name="random">Chooses.</param>
    /// <param name="start">Bytes before the first attribute.</param>
    public static void Apply(Draft draft, ref InputRandom random, int start)
    {
        Span<int> places = stackalloc int[MaxAttributes];
        var count = 0;
        if (start < draft.Length)
        {
            Find(draft.Bytes, start, draft.Length, places, ref count, 0);
        }

        if (count == 0)
        {
            return;
        }

        var at = places[random.Below(count)];
        var length = BinaryPrimitives.ReadUInt16LittleEndian(draft.Bytes[at..]);
        var whole = Math.Min(Padded(length), draft.Length - at);
        switch (random.Below(8))
        {
            case 0:
                ByteMutations.Write(draft.Bytes.Slice(at, 2), ByteMutations.Extreme(ref random), false);
                break;
            case 1:
                ByteMutations.Write(draft.Bytes.Slice(at, 2), length + random.Below(17) - 8, false);
                break;
            case 2:
                var type = random.OneIn(4) ? ByteMutations.Extreme(ref random) : random.Below(40);
                ByteMutations.Write(draft.Bytes.Slice(at + 2, 2), type, false);
                break;
            case 3:
                draft.Remove(at, whole);
                break;
            case 4:
                draft.Insert(at, draft.Bytes.Slice(at, whole).ToArray());
                break;
            case 5:
                // Another attribute's content, whatever its length.
                var other = places[random.Below(count)];
                var taken = draft.Bytes[other..][..Math.Min(whole, draft.Length - other)].ToArray();
                draft.Overwrite(at, taken);
                break;
            case 6:
                // An attribute in itself.
                draft.Insert(
                    Math.Min(at + HeaderBytes, draft.Length),
                    draft.Bytes.Slice(at, whole).ToArray()
                );
                break;
            default:
                // A value that is longer, with a length that says so.
                draft.Insert(Math.Min(at + length, draft.Length), new byte[4 * (1 + random.Below(80))]);
                ByteMutations.Write(draft.Bytes.Slice(at, 2), length + (4 * (1 + random.Below(80))), false);
                break;
        }
    }

    private static void Find(Span<byte> bytes, int from, int to, Span<int> places, ref int count, int depth)
    {
        while (from + HeaderBytes <= to && count < places.Length)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[from..]);
            if (length < HeaderBytes || from + length > to)
            {
                return;
            }

            places[count++] = from;
            if (depth < 3 && length >= 2 * HeaderBytes)
            {
                Find(bytes, from + HeaderBytes, from + length, places, ref count, depth + 1);
            }

            from += Padded(length);
        }
    }

    private static int Padded(int length) => (length + 3) & ~3;
}
