namespace NetMon.Fuzz.Mutation;

/// <summary>Random numbers that depend on the seed, the decoder and the input's number alone (SplitMix64), so that any input can be had again.</summary>
internal struct InputRandom
{
    private ulong _state;

    /// <param name="seed">Of the run.</param>
    /// <param name="decoder">Its name.</param>
    /// <param name="index">The input's number.</param>
    public InputRandom(ulong seed, string decoder, long index)
    {
        // FNV-1a: string.GetHashCode differs from run to run.
        var hash = 0xcbf29ce484222325ul;
        foreach (var c in decoder)
        {
            hash = (hash ^ c) * 0x100000001b3;
        }

        _state = seed ^ hash;
        _state = Next() + ((ulong)index * 0x9e3779b97f4a7c15);
        _ = Next();
    }

    public ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to below <paramref name="limit"/>; 0 if there is none.</summary>
    public int Below(int limit) => limit <= 1 ? 0 : (int)(Next() % (uint)limit);

    /// <summary>True in one of so many cases.</summary>
    public bool OneIn(int cases) => Below(cases) == 0;

    /// <summary>A length: mostly short.</summary>
    public int Length(int longest) => Math.Min(longest, 1 + Below(1 << (1 + Below(7))));
}
