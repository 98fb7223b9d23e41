namespace NetMon.Kubernetes.Cluster;

/// <summary>Who had an address in one stretch of time, linked to who had it before. Never changes: a chain is made anew and published as a whole.</summary>
/// <remarks>
/// An address is given out again only after its earlier holder's sandbox is gone. So claims are in the order of moments at which each was
/// held (<see cref="Cluster.Claim.Moment"/>), and each ends where the next begins:
/// <code>
///   X, Finished known:       =======x
///   Y:                    ~~~~~=========        x to its end, then y: seconds are too coarse for Y's From to count
///   answer                xxxxxxxxxxyyyy
///
///   X, end only told:        ==========|
///   Y:                    ~~~~~=========        y from its From: the message of X's end came when y surely had it;
///   answer                xxxxxyyyyyyyyy        if before, X to its end: Y's From, in whole seconds, says too little
///
///   X, ended before:      ====
///   Y:                       ~~~~~~=====        y reaches back to X's end: packets were there before its status was
///   answer                xxxxyyyyyyyyyy
/// </code>
/// A node's claim comes before a pod's, a pod's before a service's: the chain has them in this order, each rank's from the latest to the earliest.
/// </remarks>
internal sealed class AddressVersion
{
    public required Holder Holder { get; init; }
    public required Claim Claim { get; init; }

    /// <summary>It had the address at times t with Begin &lt;= t &lt; End.</summary>
    public required long Begin { get; init; }
    public required long End { get; init; }

    /// <summary>At times from here on another may have had it, whom we do not know yet.</summary>
    public required long FinalUntil { get; init; }
    public required AddressVersion? Next { get; init; }

    /// <summary>Makes the chain of an address.</summary>
    /// <param name="claims">At least one; its order is changed.</param>
    public static AddressVersion Link(List<(Holder Holder, Claim Claim)> claims)
    {
        claims.Sort(static (a, b) => Compare(a.Holder.Rank, a.Claim, b.Holder.Rank, b.Claim));
        AddressVersion? last = null;
        var free = Claim.SinceEver;
        for (var i = 0; i < claims.Count; i++)
        {
            var (holder, claim) = claims[i];
            if (last is not null && last.Holder.Rank != holder.Rank)
            {
                free = Claim.SinceEver;
            }

            Claim? later =
                i + 1 < claims.Count && claims[i + 1].Holder.Rank == holder.Rank ? claims[i + 1].Claim : null;
            var begin = Math.Max(claim.Earliest, free);
            var end = Math.Max(
                begin,
                later is { } next && claim.IsLate(next) ? Math.Min(next.From, claim.To) : claim.To
            );
            free = end;
            last = new AddressVersion
            {
                Holder = holder,
                Claim = claim,
                Begin = begin,
                End = end,
                FinalUntil = claim.IsExact || later is not null ? end : Math.Min(end, claim.Asked),
                Next = last,
            };
        }

        return last!;
    }

    private static int Compare(HolderRank rankA, in Claim a, HolderRank rankB, in Claim b)
    {
        var order = rankA.CompareTo(rankB);
        order = order != 0 ? order : a.Moment.CompareTo(b.Moment);
        order = order != 0 ? order : a.To.CompareTo(b.To);
        order = order != 0 ? order : a.From.CompareTo(b.From);
        return order != 0 ? order : a.Told.CompareTo(b.Told);
    }
}
