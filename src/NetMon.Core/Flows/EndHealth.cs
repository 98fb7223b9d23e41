using System.Runtime.InteropServices;

namespace NetMon.Core.Flows;

/// <summary>How the TCP of one end of a flow fared: what was special about the segments that it sent, and the round trips between it and the observation point.</summary>
[StructLayout(LayoutKind.Auto)]
public struct EndHealth
{
    /// <summary>How long it kept its window at 0, nanoseconds: the times that are over.</summary>
    public long ZeroWindowNs;

    /// <summary>Sum of the round trips, microseconds, and how many were measured.</summary>
    public long RoundTripSumUs;
    public uint RoundTrips;

    /// <summary>Segments sent again upon duplicate ACKs, after a time-out, and though they had been acknowledged.</summary>
    public uint FastRetransmits;
    public uint TimeoutRetransmits;
    public uint SpuriousRetransmits;

    /// <summary>Segments that came after later ones and were not sent again.</summary>
    public uint OutOfOrder;
    public uint DuplicateAcks;

    /// <summary>Segments before which others are missing here.</summary>
    public uint Gaps;

    /// <summary>Segments that filled the other end's window.</summary>
    public uint WindowFull;

    public void Add(in EndHealth delta)
    {
        ZeroWindowNs += delta.ZeroWindowNs;
        RoundTripSumUs += delta.RoundTripSumUs;
        RoundTrips += delta.RoundTrips;
        FastRetransmits += delta.FastRetransmits;
        TimeoutRetransmits += delta.TimeoutRetransmits;
        SpuriousRetransmits += delta.SpuriousRetransmits;
        OutOfOrder += delta.OutOfOrder;
        DuplicateAcks += delta.DuplicateAcks;
        Gaps += delta.Gaps;
        WindowFull += delta.WindowFull;
    }
}

/// <summary>The shortest and longest round trip between the observation point and an end, microseconds; 0 = none was measured.</summary>
public record struct RoundTripExtremes(uint MinUs, uint MaxUs);
