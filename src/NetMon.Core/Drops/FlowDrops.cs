using System.Collections.Immutable;

namespace NetMon.Core.Drops;

/// <summary>What the kernel dropped of a flow since its start, for one reason.</summary>
/// <param name="Reason">As the running kernel names it, such as <c>NETFILTER_DROP</c>.</param>
/// <param name="SentPackets">Of the flow's source.</param>
/// <param name="SentBytes">IP bytes.</param>
/// <param name="ReceivedPackets">Of the flow's destination.</param>
/// <param name="ReceivedBytes">IP bytes.</param>
public sealed record FlowDrop(
    string Reason,
    long SentPackets,
    long SentBytes,
    long ReceivedPackets,
    long ReceivedBytes
);

/// <summary>A flow's drops by reason, most packets first; replaced as a whole. What is beyond <see cref="MaxReasons"/> is in a last entry, <c>other</c>.</summary>
public sealed record FlowDrops(ImmutableArray<FlowDrop> Reasons)
{
    public const int MaxReasons = 8;

    /// <summary>A rule dropped packets of the flow's source: netfilter, a CNI's BPF program, tc.</summary>
    public bool ByPolicy { get; init; }

    /// <summary>The same as the flow's other end sees it.</summary>
    public FlowDrops Swapped() =>
        this with
        {
            Reasons =
            [
                .. Reasons.Select(drop => new FlowDrop(
                    drop.Reason,
                    drop.ReceivedPackets,
                    drop.ReceivedBytes,
                    drop.SentPackets,
                    drop.SentBytes
                )),
            ],
        };
}
