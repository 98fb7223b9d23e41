namespace NetMon.Fuzz.Mutation;

/// <summary>Changes of the fields of a struct: aligned numbers, in the machine's order. The length stays.</summary>
internal static class FieldMutations
{
    public static void Apply(Draft draft, ref InputRandom random)
    {
        if (draft.Length == 0)
        {
            return;
        }

        var field = Field(draft, ref random);
        switch (random.Below(5))
        {
            case 0:
                ByteMutations.Write(field, (long)random.Next(), bigEndian: false);
                break;
            case 1:
                var other = Field(draft, ref random);
                other[..Math.Min(other.Length, field.Length)].CopyTo(field);
                break;
            case 2:
                field[random.Below(field.Length)] ^= (byte)(1 << random.Below(8));
                break;
            default:
                ByteMutations.Write(field, ByteMutations.Extreme(ref random), bigEndian: false);
                break;
        }
    }

    private static Span<byte> Field(Draft draft, ref InputRandom random)
    {
        var width = 1 << random.Below(4);
        var at = random.Below(draft.Length) & ~(width - 1);
        return draft.Bytes[at..][..Math.Min(width, draft.Length - at)];
    }
}
