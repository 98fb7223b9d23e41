using NetMon.Agent.Ledger;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Attribution;

/// <summary>How a flow came to its ends; words of the label result of <c>netmon_attribution_total</c>.</summary>
internal enum AttributionResult : byte
{
    /// <summary>Known as soon as its first record was looked at.</summary>
    Immediate,

    /// <summary>Known after a wait.</summary>
    Waited,

    /// <summary>Not known for certain when the longest wait was over: the best that was known then.</summary>
    Timeout,

    /// <summary>Connection tracking told the true ends.</summary>
    Translated,

    /// <summary>The same packets are counted in another flow.</summary>
    Shadow,
}

/// <summary>What connection tracking answered; words of the label result of <c>netmon_conntrack_lookups_total</c>.</summary>
internal enum LookupResult
{
    Translated,
    Untranslated,

    /// <summary>There is no such connection, or not yet.</summary>
    NotFound,

    /// <summary>The answer was lost; it is asked again.</summary>
    Unanswered,

    /// <summary>Put off, because the rate was at its limit.</summary>
    Limited,
}

/// <summary>What attribution counts. The capture loop writes; any thread reads.</summary>
internal sealed class AttributionCounters
{
    public static readonly string[] ResultWords = ["immediate", "waited", "timeout", "translated", "shadow"];
    public static readonly string[] LookupWords =
    [
        "translated",
        "untranslated",
        "not_found",
        "unanswered",
        "limited",
    ];

    private readonly long[] _results = new long[ResultWords.Length];
    private readonly long[] _lookups = new long[LookupWords.Length];
    private long _shadowPackets;
    private int _waiting;

    /// <summary>Packets of shadows: in no figure but this.</summary>
    public long ShadowPackets => Volatile.Read(ref _shadowPackets);

    /// <summary>Flows that wait now.</summary>
    public int Waiting
    {
        get => Volatile.Read(ref _waiting);
        set => Volatile.Write(ref _waiting, value);
    }

    /// <summary>What goes on where an earlier process was.</summary>
    public IEnumerable<KeptCounter> KeptCounters =>
        [
            new("shadow_packets", () => ShadowPackets, AddShadowPackets),
            .. ResultWords.Select(
                (word, result) =>
                    new KeptCounter(
                        $"{Instruments.Attribution.Name}|{word}",
                        () => Volatile.Read(ref _results[result]),
                        value => Add(ref _results[result], value)
                    )
            ),
        ];

    public long Read(AttributionResult result) => Volatile.Read(ref _results[(int)result]);

    public long Read(LookupResult result) => Volatile.Read(ref _lookups[(int)result]);

    public void Add(AttributionResult result) => Add(ref _results[(int)result], 1);

    public void Add(LookupResult result, int count = 1) => Add(ref _lookups[(int)result], count);

    public void AddShadowPackets(long packets) => Add(ref _shadowPackets, packets);

    private static void Add(ref long counter, long value) => Volatile.Write(ref counter, counter + value);
}
