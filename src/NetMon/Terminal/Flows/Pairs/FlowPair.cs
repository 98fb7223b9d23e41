using NetMon.Core.Flows;

namespace NetMon.Terminal.Flows.Pairs;

/// <summary>Sums over the flows from one end to another.</summary>
internal sealed class FlowPair(string source, string destination)
{
    private readonly List<long> _roundTrips = [];

    public string Source { get; } = source;
    public string Destination { get; } = destination;
    public int Flows { get; private set; }
    public int Failed { get; private set; }
    public long SentBytes { get; private set; }
    public long ReceivedBytes { get; private set; }
    public long Packets { get; private set; }
    public long Retransmits { get; private set; }
    public DateTimeOffset Oldest { get; private set; } = DateTimeOffset.MaxValue;
    public DateTimeOffset Last { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Median round trip of the handshakes that were seen whole, microseconds; null if there were none.</summary>
    public long? RoundTripUs { get; private set; }

    /// <summary>Sums up flows, greatest pair first by the order that is asked for.</summary>
    /// <param name="sort">Null: by bytes. For the others a pair ranks as its first flow does; by rtt, as its median.</param>
    public static IReadOnlyList<FlowPair> Sum(
        IReadOnlyList<FlowView> flows,
        PairSubject subject,
        FlowSort? sort
    )
    {
        var pairs = new Dictionary<(string, string), FlowPair>();
        foreach (var flow in flows)
        {
            var key = (subject.NameOf(flow.Source), subject.NameOf(flow.Destination));
            if (!pairs.TryGetValue(key, out var pair))
            {
                pairs[key] = pair = new FlowPair(key.Item1, key.Item2);
            }

            pair.Add(flow);
        }

        foreach (var pair in pairs.Values)
        {
            pair.Finish();
        }

        return
        [
            .. pairs
                .Values.OrderByDescending(pair => pair.Rank(sort ?? FlowSort.Bytes))
                .ThenBy(pair => pair.Source, StringComparer.Ordinal)
                .ThenBy(pair => pair.Destination, StringComparer.Ordinal),
        ];
    }

    private void Add(FlowView flow)
    {
        Flows++;
        Failed += flow.Status is "failed" ? 1 : 0;
        SentBytes += flow.Sent.Bytes;
        ReceivedBytes += flow.Received.Bytes;
        Packets += flow.Sent.Packets + flow.Received.Packets;
        Retransmits += (flow.Tcp?.RetransmitsSent + flow.Tcp?.RetransmitsReceived) ?? 0;
        Oldest = flow.Start < Oldest ? flow.Start : Oldest;
        Last = flow.Last > Last ? flow.Last : Last;
        if (FlowCells.RoundTripUs(flow) is { } roundTrip)
        {
            _roundTrips.Add(roundTrip);
        }
    }

    private void Finish()
    {
        if (_roundTrips.Count > 0)
        {
            _roundTrips.Sort();
            RoundTripUs = _roundTrips[(_roundTrips.Count - 1) / 2];
        }
    }

    private long Rank(FlowSort sort) =>
        sort switch
        {
            FlowSort.Packets => Packets,
            FlowSort.Age => -Oldest.UtcTicks,
            FlowSort.Recent => Last.UtcTicks,
            FlowSort.Rtt => RoundTripUs ?? -1,
            _ => SentBytes + ReceivedBytes,
        };
}
