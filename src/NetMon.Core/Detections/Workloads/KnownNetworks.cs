namespace NetMon.Core.Detections.Workloads;

/// <summary>The networks outside that a workload has talked to: a Bloom filter of 2,048 bits with four places each.</summary>
/// <remarks>A network that was added is always found; with 200 of them, one in a hundred others is taken for one, and then not told.</remarks>
internal sealed class KnownNetworks
{
    /// <summary>From here on a workload talks to everybody, and nothing is news.</summary>
    public const int Most = 200;

    private readonly ulong[] _words = new ulong[32];

    /// <summary>Networks that were added.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count >= Most;

    /// <returns>Whether it was not there.</returns>
    public bool Add(ulong hash)
    {
        var isNew = false;
        for (var i = 0; i < 4; i++)
        {
            var bit = (int)(hash >> (i * 11)) & 2047;
            isNew |= (_words[bit >> 6] & (1ul << (bit & 63))) == 0;
            _words[bit >> 6] |= 1ul << (bit & 63);
        }

        Count += isNew ? 1 : 0;
        return isNew;
    }
}
