namespace NetMon.Fuzz.Mutation;

/// <summary>What the bytes of a decoder are made of.</summary>
internal enum Grammar
{
    Bytes,

    /// <summary>netlink's attributes.</summary>
    Attributes,

    /// <summary>A struct.</summary>
    Fields,
    Text,
}

/// <summary>Makes inputs out of seeds.</summary>
internal sealed class Mutator(Decoder decoder, ulong seed)
{
    private readonly Draft _draft = new(decoder.MaxLength);

    /// <summary>The input of a number; valid until the next call.</summary>
    public ReadOnlySpan<byte> Make(long index)
    {
        var random = new InputRandom(seed, decoder.Name, index);
        var seeds = decoder.Seeds;
        _draft.Load(seeds[random.Below(seeds.Count)]);
        for (var changes = 1 + random.Below(1 << random.Below(4)); changes > 0; changes--)
        {
            Change(ref random);
        }

        return _draft.Bytes;
    }

    private void Change(ref InputRandom random)
    {
        var grammar = random.OneIn(3) ? Grammar.Bytes : decoder.Grammar;
        switch (grammar)
        {
            case Grammar.Attributes:
                AttributeMutations.Apply(_draft, ref random, decoder.AttributesAt);
                break;
            case Grammar.Fields:
                FieldMutations.Apply(_draft, ref random);
                break;
            case Grammar.Text:
                TextMutations.Apply(_draft, ref random, decoder.Words);
                break;
            default:
                ByteMutations.Apply(_draft, ref random, decoder.Seeds);
                break;
        }
    }
}
