using NetMon.Core.Endpoints;

namespace NetMon.Core.Detections.Workloads;

/// <summary>What is remembered of a workload of this node. Parts that nobody asks for are not there.</summary>
internal sealed class WorkloadState(Workload workload, ulong firstNs)
{
    public Workload Workload { get; } = workload;

    /// <summary>When it was first seen, and last, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong FirstNs { get; } = firstNs;
    public ulong LastNs { get; set; } = firstNs;

    /// <summary>Somebody of it, for its kind and namespace.</summary>
    public Endpoint? Endpoint { get; set; }

    public bool IsIgnored { get; set; }

    /// <summary>Connections of the running ten seconds.</summary>
    public RateHistory? Rates { get; init; }
    public long Connections { get; set; }
    public int StormyBins { get; set; }

    /// <summary>Of the ten seconds that may be the first of a storm: not in <see cref="Rates"/> yet.</summary>
    public long Burst { get; set; }

    public KnownNetworks? Networks { get; init; }

    public HourlyVolumes? Sent { get; init; }
    public HourlyVolumes? Received { get; init; }
}
