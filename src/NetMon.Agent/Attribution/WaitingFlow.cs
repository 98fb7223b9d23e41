using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>A flow whose ends are not known for certain yet. What is known, is in its entry.</summary>
internal struct WaitingFlow
{
    /// <summary>Its place in the flow table.</summary>
    public int Slot;

    /// <summary>Neighbours in its list of <see cref="WaitingFlows"/>.</summary>
    public int Next;
    public int Previous;

    /// <summary>When it is looked at again, and when it waits no longer; nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong DueNs;
    public ulong DeadlineNs;

    /// <summary>When connection tracking is asked again.</summary>
    public ulong AskNs;

    /// <summary>Pod interfaces behind which its ends were seen; 0 if they were not.</summary>
    public int SourceInterface;
    public int DestinationInterface;

    /// <summary>The key of its packets before translation, which may yet turn up; protocol 0 if that is not waited for.</summary>
    public FlowKey Original;

    /// <summary>What connection tracking is to be asked, and for which connection.</summary>
    public Question Question;
    public ConnectionTuple Tuple;

    /// <summary>Questions that were answered with "no such connection".</summary>
    public byte Misses;

    /// <summary>How often it was looked at.</summary>
    public byte Looks;

    /// <summary>Its key was seen before translation, as far as is known.</summary>
    public bool IsOriginal;
    public bool SourceFinal;
    public bool DestinationFinal;
    public bool Translated;

    /// <summary>How it came to its ends, once it waits no longer.</summary>
    public AttributionResult Result;

    /// <summary>It turned out to be another flow's packets.</summary>
    public bool Shadow;

    /// <summary>What happened to it meanwhile.</summary>
    public bool Closed;
    public bool Ended;

    /// <summary>It ended since it is no longer chosen for the sample.</summary>
    public bool Left;

    /// <summary>Its round trips so far, which the flow does not keep.</summary>
    public RoundTripCounts RoundTrips;
}
