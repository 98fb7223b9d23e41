namespace NetMon.Core.Flows;

/// <summary>By what flows are ordered, greatest first.</summary>
public enum FlowSort : byte
{
    /// <summary>Time of the last packet: the most recent first.</summary>
    Recent,

    /// <summary>Bytes both ways.</summary>
    Bytes,

    /// <summary>Packets both ways.</summary>
    Packets,

    /// <summary>Time since the start: the oldest first.</summary>
    Age,

    /// <summary>Round-trip time of the TCP handshake: the slowest first; flows whose handshake was not seen come last.</summary>
    Rtt,
}

public static class FlowSorts
{
    /// <summary>The words that <see cref="TryParse"/> reads.</summary>
    public static IReadOnlyList<string> Words => Names;

    private static readonly string[] Names = ["recent", "bytes", "packets", "age", "rtt"];

    public static string Word(this FlowSort sort) => Names[(int)sort];

    public static bool TryParse(ReadOnlySpan<char> word, out FlowSort sort)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (word.Equals(Names[i], StringComparison.OrdinalIgnoreCase))
            {
                sort = (FlowSort)i;
                return true;
            }
        }

        sort = default;
        return false;
    }

    /// <summary>A number that grows with the flow's rank: of two flows, the one with the greater comes first.</summary>
    public static ulong Rank(this FlowSort sort, in Flow flow) =>
        sort switch
        {
            FlowSort.Bytes => (ulong)(flow.Total.Sent.Bytes + flow.Total.Received.Bytes),
            FlowSort.Packets => (ulong)(flow.Total.Sent.Packets + flow.Total.Received.Packets),
            FlowSort.Age => ulong.MaxValue - flow.StartNs,
            FlowSort.Rtt => flow.RoundTripUs,
            _ => flow.LastNs,
        };
}
