using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>From when to when an object says that it has an address, in nanoseconds of the Unix epoch.</summary>
/// <remarks>
/// What the API server tells of a pod, in whole seconds (s), and when it told us (t), by our clock:
/// <code>
///     s Created, Started      t Told    s NetworkReady        t Deletion   s Finished   t DELETED
///   ------|----------------------|-----------|--------------------|------------|----------|------> time
///         Earliest                           From                 Asked         To
///         |~~~~~~~ may have it ~~~~~~~~~~~~~~|======== has it =================|
/// </code>
/// <list type="number">
/// <item>From: NetworkReady, else Started, else Told; never after Told, since whoever is told has it. NetworkReady is no more told of a pod that
/// has ended, and is remembered.</item>
/// <item>To: the end of the second of Finished; else when DELETED came, or a list without it, or the phase Succeeded or Failed, or the object without
/// the address. Never after that message came.</item>
/// <item>Earliest: Started, else Created, less what clocks may differ by. Packets can leave before kubelet has written NetworkReady. Of an object that was
/// there before we were, and tells no usable time: since ever. Of a pod that we first heard of without the address: not before it was made, which was
/// within the second of Created and before we heard; what had the address earlier was another, though its own status may never have told.</item>
/// <item>Asked: when we were told that it is to be deleted. From then on its address may be another's before we know.</item>
/// <item>Sure: the first moment of which we know that it had it: Told, if it lived then; the end of the second of NetworkReady, which ends before
/// Told; To, if Finished says it. From may be long before it had the address, where that is Started: a pod can wait on its node for a volume.</item>
/// <item>An address that takes an earlier one's place (a new sandbox) is not older than that: it has it from the NetworkReady that came with it, else Told.</item>
/// </list>
/// How claims of several objects to one address are told apart: <see cref="AddressVersion"/>.
/// </remarks>
/// <param name="Sure"><see cref="Open"/> if no moment is known.</param>
/// <param name="To">Exclusive; <see cref="Open"/> while it has the address.</param>
/// <param name="IsExact">To comes from Finished: it had the address until then, whatever others say.</param>
/// <param name="Asked"><see cref="Open"/> if it was not.</param>
/// <param name="IsMoved">The object had another address before this one.</param>
internal readonly record struct Claim(
    long Told,
    long Earliest,
    long From,
    long Sure,
    long To,
    long Asked,
    bool IsExact = false,
    bool IsMoved = false
)
{
    public const long Open = long.MaxValue;
    public const long SinceEver = long.MinValue;

    /// <summary>What clocks may differ by, and a status be written late by.</summary>
    public const long Tolerance = 2_000_000_000;

    private const long Second = 1_000_000_000;

    public bool IsOpen => To == Open;

    /// <summary>What the claims to an address are in the order of: no two pods have it at once, so that a moment of each tells who was first.</summary>
    public long Moment => Sure != Open ? Sure : From;

    /// <summary>Of an object whose times nobody tells: a node, a service.</summary>
    public static Claim Of(long now) => new(now, SinceEver, now, now, Open, Open);

    /// <summary>Of a pod.</summary>
    /// <param name="before">What it claimed so far; null if it did not have this address.</param>
    /// <param name="hasAddress">Whether it still is there, with this address.</param>
    /// <param name="isInitial">It is in the first list that we ever read.</param>
    /// <param name="isKnown">We knew this pod before this message.</param>
    /// <param name="heard">When we first heard of this pod, with this address or without.</param>
    /// <param name="movedAt">When it had got the address that it had before this one; null if it had none.</param>
    public static Claim Of(
        PodObject pod,
        Claim? before,
        long now,
        bool hasAddress,
        bool isInitial,
        bool isKnown,
        long heard,
        long? movedAt
    )
    {
        var told = before?.Told ?? now;
        var ready = UnixNs(pod.NetworkReady);
        long from;
        long earliest;
        var isMoved = before?.IsMoved ?? movedAt is not null;
        if (before is { IsMoved: true } moved)
        {
            (from, earliest, ready) = (moved.From, moved.Earliest, null);
        }
        else if (movedAt is { } since)
        {
            ready = ready > since ? ready : null;
            from = Math.Min(told, ready ?? told);
            earliest = from - Tolerance;
        }
        else
        {
            from = Math.Min(told, ready ?? before?.From ?? UnixNs(pod.Started) ?? told);
            earliest =
                (UnixNs(pod.Started) ?? UnixNs(pod.Created)) is { } begun && begun <= told ? begun - Tolerance
                : isInitial || before?.Earliest == SinceEver ? SinceEver
                : from - Tolerance;
            if (heard < told)
            {
                var made = UnixNs(pod.Created) is { } created ? Math.Min(heard, created + Second) : heard;
                from = Math.Max(from, made);
                earliest = Math.Max(earliest, made);
            }
        }

        var to = Open;
        var finished = UnixNs(pod.Finished);
        if (!hasAddress || finished is not null || pod.Phase is "Succeeded" or "Failed")
        {
            var toldEnd = before is { IsOpen: false } ended ? ended.To : now;
            to = finished is { } second ? Math.Min(toldEnd, second + Second) : toldEnd;
        }

        var asked = pod.Deletion is null ? Open : before?.Asked ?? Open;
        if (pod.Deletion is not null && asked == Open)
        {
            asked = isKnown ? now : SinceEver;
        }

        var isExact = to != Open && finished is not null;
        var sure = before?.Sure ?? Open;
        if (ready is { } written)
        {
            sure = Math.Min(sure, Math.Min(written + Second, told));
        }
        else if (to == Open && asked == Open)
        {
            sure = Math.Min(sure, told);
        }

        from = Math.Min(from, to);
        return new(
            told,
            Math.Min(earliest, from),
            from,
            isExact ? Math.Min(sure, to) : sure,
            to,
            asked,
            isExact,
            isMoved
        );
    }

    /// <summary>Whether its end was told when the next one had the address already: for sure, or most likely, a second after From.</summary>
    public bool IsLate(in Claim next) => !IsExact && To >= Math.Min(next.Sure, next.From + Second);

    /// <summary>The end of a claim whose end nobody tells but by silence.</summary>
    public Claim EndedAt(long now) =>
        IsOpen
            ? this with
            {
                To = now,
                From = Math.Min(From, now),
                Earliest = Math.Min(Earliest, now),
            }
            : this;

    /// <summary>Null if there is none. What is absurd is held within 1970 and 2116, where no sum of it overflows.</summary>
    private static long? UnixNs(DateTimeOffset? time) =>
        time is { } known
            ? Math.Clamp(known.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, 0, long.MaxValue / 200) * 100
            : null;
}
