using System.Net;

namespace NetMon.Lab.Captures;

/// <summary>One direction of a conversation. For ICMP echo, both ports are the identifier; without ports, 0.</summary>
public readonly record struct Way(
    byte Protocol,
    IPAddress Source,
    int SourcePort,
    IPAddress Destination,
    int DestinationPort
)
{
    public override string ToString() =>
        $"protocol {Protocol} {new IPEndPoint(Source, SourcePort)} > {new IPEndPoint(Destination, DestinationPort)}";
}

/// <summary>Packets on the wire, and their IP bytes.</summary>
public readonly record struct Count(long Packets, long Bytes)
{
    public static Count operator +(Count left, Count right) =>
        new(left.Packets + right.Packets, left.Bytes + right.Bytes);

    public override string ToString() => $"{Packets} packets, {Bytes} bytes";
}

/// <summary>What an observer says of each way that it saw traffic. Two observers of the same traffic must agree.</summary>
public sealed class FlowTally
{
    private readonly Dictionary<Way, Count> _counts = [];

    public IReadOnlyDictionary<Way, Count> Counts => _counts;

    public Count Total => Sum(_ => true);

    public void Add(in Way way, Count count)
    {
        if (count != default)
        {
            _counts[way] = _counts.GetValueOrDefault(way) + count;
        }
    }

    public Count Sum(Func<Way, bool> which) =>
        _counts.Where(each => which(each.Key)).Aggregate(default(Count), (sum, each) => sum + each.Value);

    public FlowTally Where(Func<Way, bool> which)
    {
        var chosen = new FlowTally();
        foreach (var (way, count) in _counts.Where(each => which(each.Key)))
        {
            chosen.Add(way, count);
        }

        return chosen;
    }

    /// <summary>A line for each way on which the two disagree; empty if they say the same.</summary>
    public static IReadOnlyList<string> Differences(FlowTally truth, FlowTally claim) =>
        [
            .. truth
                .Counts.Keys.Union(claim.Counts.Keys)
                .Select(way =>
                    (
                        way,
                        Expected: truth.Counts.GetValueOrDefault(way),
                        Actual: claim.Counts.GetValueOrDefault(way)
                    )
                )
                .Where(each => each.Expected != each.Actual)
                .Select(each => $"{each.way}: {each.Expected} on the wire, reported {each.Actual}"),
        ];
}
