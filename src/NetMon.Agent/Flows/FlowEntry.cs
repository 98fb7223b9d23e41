using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

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

    public Flow Flow;

    /// <summary>Where the flow's counts go.</summary>
    public FlowSeries Series;

    /// <summary>The end of <see cref="Key"/> that is the flow's source, 0 or 1.</summary>
    public byte SourceEnd;

    /// <summary>Whether readers may see the flow.</summary>
    public bool Live;
}
