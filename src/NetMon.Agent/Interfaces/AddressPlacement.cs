namespace NetMon.Agent.Interfaces;

/// <summary>Where an address is, and where it was before. Read by any thread; what changes is how it ended.</summary>
/// <param name="ifindex">The pod interface behind which it is.</param>
/// <param name="learned">It was seen as a sender's, not told by the kernel.</param>
/// <param name="before">Where it was until it came here; null if nowhere.</param>
internal sealed class AddressPlacement(int ifindex, bool learned, AddressPlacement? before)
{
    private long _goneNs = long.MaxValue;
    private volatile AddressPlacement? _before = before;

    public int Ifindex => ifindex;

    public bool Learned => learned;

    /// <summary>Null, too, once nobody asks for it any more.</summary>
    public AddressPlacement? Before
    {
        get => _before;
        set => _before = value;
    }

    /// <summary>When it ended, nanoseconds of CLOCK_MONOTONIC; the largest number while it lasts.</summary>
    public long GoneNs
    {
        get => Volatile.Read(ref _goneNs);
        set => Volatile.Write(ref _goneNs, value);
    }

    public bool Lasts => GoneNs == long.MaxValue;

    /// <summary>Whether the address was behind an interface at a time, as far as that one's end tells: when it came there, is only when it was heard of.</summary>
    public bool Was(int at, long ns) =>
        (Ifindex == at && ns <= GoneNs)
        || (Before is { } before && before.Ifindex == at && ns <= before.GoneNs);

    /// <summary>Where the address was at a time.</summary>
    public AddressPlacement? At(long ns) =>
        Before is { } before && ns <= before.GoneNs ? before
        : ns <= GoneNs ? this
        : null;
}
