using NetMon.Bpf.Tests.TestRun;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>What happened to the segments of one sender, in tshark's words.</summary>
internal sealed class HealthCounts
{
    /// <summary>tshark's fields tcp.analysis.NAME that are counted.</summary>
    public static readonly string[] Names =
    [
        "retransmission",
        "fast_retransmission",
        "spurious_retransmission",
        "out_of_order",
        "duplicate_ack",
        "lost_segment",
        "window_full",
        "zero_window",
    ];

    private const int Again = 0;
    private const int OutOfOrder = 3;

    private readonly long[] _counts = new long[Names.Length];

    /// <summary>By packets: shortest and longest round trip from the sender's data to its acknowledgment, microseconds.</summary>
    public double ShortestUs { get; private set; } = double.PositiveInfinity;
    public double LongestUs { get; private set; }

    public void Add(int name, long count = 1) => _counts[name] += count;

    public void AddRoundTrip(double us)
    {
        ShortestUs = Math.Min(ShortestUs, us);
        LongestUs = Math.Max(LongestUs, us);
    }

    /// <summary>
    /// What was seen already, since no gap is above it, is sent again to us however soon it comes; to tshark it is out of order within a
    /// round trip. Moves from its out-of-order to its retransmissions what that makes of them, never the other way.
    /// </summary>
    public void CountLateAsAgainBy(HealthCounts ours)
    {
        var moved = _counts[OutOfOrder] - ours._counts[OutOfOrder];
        if (moved > 0 && _counts[Again] + moved == ours._counts[Again])
        {
            _counts[Again] += moved;
            _counts[OutOfOrder] -= moved;
        }
    }

    /// <summary>The counts of what an end of a flow sent, and the round trips to the other end.</summary>
    public void Add(SeenFlow flow, int end)
    {
        var events = flow.Events;
        Add(0, events.Retransmits[end]);
        Add(1, events.FastRetransmits[end]);
        Add(2, events.SpuriousRetransmits[end]);
        Add(3, events.OutOfOrder[end]);
        Add(4, events.DuplicateAcks[end]);
        Add(5, events.Gaps[end]);
        Add(6, events.WindowFull[end]);
        Add(7, events.ZeroWindows[end]);
        if (flow.RoundTrips(1 - end) is { Samples: > 0 } trips)
        {
            AddRoundTrip(trips.MinUs);
            AddRoundTrip(trips.MaxUs);
        }
    }

    /// <summary>Only what is not 0.</summary>
    public override string ToString() =>
        string.Join(
            ' ',
            Names
                .Select((name, i) => (name, count: _counts[i]))
                .Where(c => c.count > 0)
                .Select(c => $"{c.name}={c.count}")
        );
}

/// <summary>Counts by "SENDER > RECEIVER".</summary>
internal sealed class HealthBySender : SortedDictionary<string, HealthCounts>
{
    public HealthBySender()
        : base(StringComparer.Ordinal) { }

    public HealthCounts Of(string sender)
    {
        if (!TryGetValue(sender, out var counts))
        {
            Add(sender, counts = new HealthCounts());
        }

        return counts;
    }

    public static HealthBySender Of(IEnumerable<SeenFlow> flows)
    {
        var all = new HealthBySender();
        foreach (var flow in flows.Where(f => f.Key.Protocol == 6))
        {
            for (var end = 0; end < 2; end++)
            {
                all.Of($"{flow.End(end)} > {flow.End(1 - end)}").Add(flow, end);
            }
        }

        return all;
    }
}
