using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>What becomes of an entry's counts.</summary>
internal enum FlowRole : byte
{
    /// <summary>The place is free.</summary>
    None,

    /// <summary>They gather in the entry until it is known whose they are.</summary>
    Waiting,

    /// <summary>They are in the figures; readers see the flow.</summary>
    Counted,

    /// <summary>The same packets are counted in another entry, under the addresses that they had before translation.</summary>
    Shadow,
}

/// <summary>A place in the flow table. Written by the capture loop alone.</summary>
internal struct FlowEntry
{
    /// <summary>Grows by two with each change; odd while one is under way (see <see cref="FlowSlabs"/>).</summary>
    public uint Version;

    /// <summary>The next free place of the same slab, while this one is free.</summary>
    public int NextFree;

    /// <summary>When the latest record left the kernel, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong RecordNs;

    /// <summary>With <see cref="Core.Flows.Flow.StartNs"/> the identity of the flow.</summary>
    public FlowKey Key;

    /// <summary>The key of the same packets on the other side of their translation; protocol 0 where nothing is known to translate them.</summary>
    public FlowKey Twin;

    public Flow Flow;

    /// <summary>Where the flow's counts go.</summary>
    public FlowSeries Series;

    /// <summary>Its place among the flows that wait, while it is one.</summary>
    public int Waiting;

    /// <summary>The end of <see cref="Key"/> that is the flow's source, 0 or 1.</summary>
    public byte SourceEnd;

    public FlowRole Role;

    /// <summary>Its packets are counted as they are behind their translation, because they were not seen before it.</summary>
    public bool IsBehind;

    /// <summary>The service that was asked for had no ready endpoint.</summary>
    public bool NoEndpoints;

    /// <summary>Whether readers may see the flow.</summary>
    public bool Live;
}
