using NetMon.Client;
using NetMon.Core.Flows;

namespace NetMon.Terminal.Top;

/// <summary>Per second, from source to destination and back.</summary>
internal readonly record struct FlowRate(double SentBytes, double ReceivedBytes, double Packets)
{
    public double Bytes => SentBytes + ReceivedBytes;
}

/// <summary>Rates of flows, from the differences between two lists of an agent.</summary>
/// <remarks>
/// An agent's figures move when a record leaves the kernel: for a busy flow once per record interval (5 s by default), whatever the
/// pace of the lists. So a rate is the change between two records over the time between those records:
/// (1) that time is the difference of the flow's last packets, which a busy flow's record carries to the microsecond,
/// (2) but within one list of the time between the lists that showed the change: after a silence the last packet is old;
/// (3) a rate holds until half as long again has passed without a change, then the flow is silent.
/// (4) A flow that was there before the first list has no rate until it changes, or its last packet is old.
/// </remarks>
internal sealed class RateTracker
{
    // Of a flow seen for the first time, how old its last packet may be to count as the time of its last record.
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(60);

    // Three record intervals of an agent with defaults: a flow with an older last packet is silent.
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, Entry> _flows = [];
    private DateTimeOffset? _before;
    private int _generation;

    /// <summary>Flows remembered: those of the last list.</summary>
    public int Known => _flows.Count;

    /// <summary>Takes the next list.</summary>
    /// <returns>The list's flows with their rates; null = not known yet.</returns>
    public TopSample Update(FlowListView list)
    {
        var pace = _before is { } before ? list.Time - before : TimeSpan.Zero;
        _generation++;
        var rows = new TopRow[list.Flows.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var flow = list.Flows[i];
            rows[i] = new TopRow(flow, Advance(flow, list.Time, pace));
        }

        if (_flows.Count > rows.Length)
        {
            Forget();
        }

        _before = list.Time;
        return new TopSample(list.Time, list.Total, rows);
    }

    private FlowRate? Advance(FlowView flow, DateTimeOffset now, TimeSpan pace)
    {
        var counts = new Counts(flow);
        var known = _flows.TryGetValue(flow.Id, out var entry);
        if (known && !string.Equals(entry.Source, flow.Source.Ip, StringComparison.Ordinal))
        {
            // The agent learned which end began the flow.
            entry.Counts = entry.Counts.Swapped();
            entry.Source = flow.Source.Ip;
        }

        if (!known || counts.IsBefore(entry.Counts))
        {
            entry = First(flow, counts, now, pace);
        }
        else if (entry.Counts != counts)
        {
            entry = Changed(entry, flow, counts, now, pace);
        }
        else if (entry.Rate is not null && now - entry.ChangedAt > (1.5 * entry.Span) + pace) // (3)
        {
            entry.Rate = default(FlowRate);
        }

        if (entry.Rate is null && now - flow.Last > Silent) // (4)
        {
            entry.Rate = default(FlowRate);
        }

        entry.Generation = _generation;
        _flows[flow.Id] = entry;
        return entry.Rate;
    }

    private static Entry First(FlowView flow, Counts counts, DateTimeOffset now, TimeSpan pace)
    {
        var age = now - flow.Start;
        if (age < pace)
        {
            // Its first record: its counts began at zero since the list before.
            return new Entry
            {
                Counts = counts,
                Source = flow.Source.Ip,
                Last = flow.Last,
                ChangedAt = now,
                Span = pace,
                Rate = counts.Since(default, pace),
            };
        }

        var oldest = now - Oldest;
        return new Entry
        {
            Counts = counts,
            Source = flow.Source.Ip,
            Last = flow.Last,
            ChangedAt = flow.Last > oldest ? flow.Last : oldest,
        };
    }

    private static Entry Changed(
        Entry before,
        FlowView flow,
        Counts counts,
        DateTimeOffset now,
        TimeSpan pace
    )
    {
        var lists = now - before.ChangedAt;
        var least = lists - pace > pace ? lists - pace : pace;
        var most = lists + pace;
        var span = flow.Last - before.Last; // (1)
        span =
            span < least ? least
            : span > most ? most
            : span; // (2)
        return new Entry
        {
            Counts = counts,
            Source = flow.Source.Ip,
            Last = flow.Last,
            ChangedAt = now,
            Span = span,
            Rate = counts.Since(before.Counts, span),
        };
    }

    /// <summary>Drops the flows that the last list did not hold.</summary>
    private void Forget()
    {
        foreach (var (id, entry) in _flows)
        {
            if (entry.Generation != _generation)
            {
                _flows.Remove(id);
            }
        }
    }

    private struct Entry
    {
        public Counts Counts;
        public string Source;

        /// <summary>The flow's last packet, when its counts changed last.</summary>
        public DateTimeOffset Last;

        /// <summary>Time of the list that showed the change.</summary>
        public DateTimeOffset ChangedAt;

        /// <summary>Time over which the rate was taken.</summary>
        public TimeSpan Span;
        public FlowRate? Rate;
        public int Generation;
    }

    private readonly record struct Counts(
        long SentBytes,
        long ReceivedBytes,
        long SentPackets,
        long ReceivedPackets
    )
    {
        public Counts(FlowView flow)
            : this(flow.Sent.Bytes, flow.Received.Bytes, flow.Sent.Packets, flow.Received.Packets) { }

        public Counts Swapped() => new(ReceivedBytes, SentBytes, ReceivedPackets, SentPackets);

        /// <summary>Counts never fall: another flow has this id.</summary>
        public bool IsBefore(Counts other) =>
            SentPackets + ReceivedPackets < other.SentPackets + other.ReceivedPackets;

        public FlowRate Since(Counts before, TimeSpan span) =>
            new(
                (SentBytes - before.SentBytes) / span.TotalSeconds,
                (ReceivedBytes - before.ReceivedBytes) / span.TotalSeconds,
                (SentPackets - before.SentPackets + ReceivedPackets - before.ReceivedPackets)
                    / span.TotalSeconds
            );
    }
}
