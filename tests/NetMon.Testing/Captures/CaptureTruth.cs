namespace NetMon.Testing.Captures;

/// <summary>What tshark saw in a capture. Pairs are [a to b, b to a].</summary>
/// <param name="FlowsTotal">Number of rows that there are; the file lists at most 500.</param>
public sealed record CaptureTruth(
    string Name,
    TruthTotals Totals,
    IReadOnlyList<TruthFlow> Flows,
    int FlowsTotal,
    IReadOnlyDictionary<string, int> TcpAnalysisFrames
)
{
    /// <summary>Rows of outermost IP headers.</summary>
    public IEnumerable<TruthFlow> Outermost => Flows.Where(f => f.Depth == 0);

    /// <summary>The rows that the file lists account for every outermost IP packet.</summary>
    public bool ListsEveryOutermostFlow =>
        Outermost.Sum(f => f.Pkts[0] + f.Pkts[1]) == Totals.Ipv4.Frames + Totals.Ipv6.Frames;
}

/// <param name="L3Bytes">IP bytes by the outermost header's length field; the rest of the frame where that is 0.</param>
public sealed record TruthFamily(long Frames, long FrameBytes, long L3Bytes);

public sealed record TruthNonIp(long Frames, long Bytes, IReadOnlyDictionary<string, int> ByProto);

public sealed record TruthTotals(
    long Frames,
    long Bytes,
    long CapturedBytes,
    int SnappedFrames,
    double FirstTs,
    double LastTs,
    TruthFamily Ipv4,
    TruthFamily Ipv6,
    TruthNonIp NonIp
);

/// <summary>One conversation at one IP layer. <paramref name="A"/> sent its first packet.</summary>
/// <param name="Proto">tcp, udp, udplite, sctp, icmp, ..., or proto-NUMBER.</param>
/// <param name="Flags">TCP: OR of the flags each way, as 0x hexadecimal.</param>
/// <param name="Icmp">ICMP: packets by "type/code", each way.</param>
/// <param name="Streams">TCP: tshark's stream numbers; more than one where the ports were used again.</param>
public sealed record TruthFlow(
    int Depth,
    string Proto,
    string A,
    ushort APort,
    string B,
    ushort BPort,
    long[] Pkts,
    long[] L3Bytes,
    string[]? Flags,
    int[]? Syn,
    int[]? Synack,
    int[]? Fin,
    int[]? Rst,
    int[]? Streams,
    IReadOnlyList<IReadOnlyDictionary<string, int>>? Icmp
);
