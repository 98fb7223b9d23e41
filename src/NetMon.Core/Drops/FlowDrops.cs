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

    /// <summary>Name of the entry that takes what is beyond.</summary>
    public const string Other = "other";

    /// <summary>A flow's drops with some more.</summary>
    /// <param name="drops">Before; null if there were none.</param>
    /// <param name="reason">Why.</param>
    /// <param name="sent">Whether the flow's source had sent them.</param>
    /// <param name="packets">Packets more.</param>
    /// <param name="bytes">IP bytes more.</param>
    public static FlowDrops Add(FlowDrops? drops, DropReason reason, bool sent, long packets, long bytes)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var reasons = drops?.Reasons ?? [];
        var name = reason.Name;
        var place = IndexOf(reasons, name);
        if (place < 0 && reasons.Length >= MaxReasons)
        {
            name = Other;
            place = IndexOf(reasons, name);
        }

        var before = place < 0 ? new FlowDrop(name, 0, 0, 0, 0) : reasons[place];
        var after = sent
            ? before with
            {
                SentPackets = before.SentPackets + packets,
                SentBytes = before.SentBytes + bytes,
            }
            : before with
            {
                ReceivedPackets = before.ReceivedPackets + packets,
                ReceivedBytes = before.ReceivedBytes + bytes,
            };
        return new FlowDrops(Sorted(place < 0 ? reasons.Add(after) : reasons.SetItem(place, after)))
        {
            ByPolicy = drops is { ByPolicy: true } || (sent && reason.Class == DropClass.Policy),
        };
    }

    // What is beyond the limit stays last, however much it is.
    private static ImmutableArray<FlowDrop> Sorted(ImmutableArray<FlowDrop> reasons) =>
        reasons.Length < 2
            ? reasons
            : reasons.Sort(
                static (left, right) =>
                    IsOther(left) != IsOther(right)
                        ? IsOther(left).CompareTo(IsOther(right))
                        : Packets(right).CompareTo(Packets(left))
            );

    private static bool IsOther(FlowDrop drop) => string.Equals(drop.Reason, Other, StringComparison.Ordinal);

    private static long Packets(FlowDrop drop) => drop.SentPackets + drop.ReceivedPackets;

    private static int IndexOf(ImmutableArray<FlowDrop> reasons, string name)
    {
        for (var i = 0; i < reasons.Length; i++)
        {
            if (string.Equals(reasons[i].Reason, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
