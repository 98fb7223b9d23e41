using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

/// <summary>Twin of struct netmon_counters. Every packet handed to a program is in a flow, an overflow bucket, or one of skipped, unsampled, ARP, non-IP, malformed.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct KernelCounters
{
    /// <summary>Counted at another observation point of the same flow; scaled by the sampling rate.</summary>
    public ulong SkippedPackets;
    public ulong SkippedBytes;
    public ulong Arp;
    public ulong NonIp;

    /// <summary>Truncated or lying headers.</summary>
    public ulong Malformed;

    /// <summary>Later fragments with no first one seen: counted with ports 0.</summary>
    public ulong FragmentsUnmatched;

    /// <summary>First fragments that could not be remembered.</summary>
    public ulong FragmentMapFailed;
    public ulong FlowsCreated;
    public ulong FlowsRemoved;

    /// <summary>Insertions refused for lack of room.</summary>
    public ulong FlowMapFull;

    /// <summary>Insertions refused for another reason.</summary>
    public ulong FlowMapFailed;
    public ulong FlowDeleteFailed;

    /// <summary>Packets that met a flow being removed and gave up: in an overflow bucket.</summary>
    public ulong FlowRaces;

    /// <summary>Records put on the ring.</summary>
    public ulong Records;

    /// <summary>Ring full: counts carried over to a later record.</summary>
    public ulong RecordsLate;

    /// <summary>Directions that moved to a pod's own interface.</summary>
    public ulong Handovers;

    /// <summary>Directions whose observer fell silent or went away.</summary>
    public ulong Takeovers;
    public ulong SweepRecords;

    /// <summary>Of flows that were not chosen, at each hook; this and what follows only while not all flows are counted.</summary>
    public ulong UnsampledPackets;
    public ulong UnsampledBytes;

    /// <summary>Of chosen flows, at each hook, as they are.</summary>
    public ulong SampledPackets;
    public ulong SampledBytes;

    /// <summary>The same, scaled: what both are together, by estimation.</summary>
    public ulong EstimatedPackets;
    public ulong EstimatedBytes;
}
