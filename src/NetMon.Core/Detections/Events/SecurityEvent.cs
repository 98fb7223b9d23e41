using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Events;

/// <summary>What became of an event.</summary>
public enum SecurityEventStep : byte
{
    Begin,
    Update,
    End,
}

/// <summary>One end of what an event tells.</summary>
/// <param name="Address">Null where the whole workload is meant.</param>
/// <param name="Port">0: none, or several.</param>
/// <param name="Endpoint">Who it is.</param>
public sealed record SecurityEventEnd(NetworkAddress? Address, ushort Port, Endpoint? Endpoint);

/// <summary>The figures that made an event one; what does not apply is null.</summary>
public sealed record SecurityEvidence
{
    /// <summary>Flows that are held against the source.</summary>
    public long? Attempts { get; init; }

    /// <summary>Different ports, exactly; and some of them, in order.</summary>
    public int? Ports { get; init; }
    public IReadOnlyList<int>? PortSample { get; init; }

    /// <summary>Different destinations, within a few percent; and the first of them.</summary>
    public long? Destinations { get; init; }
    public IReadOnlyList<string>? DestinationSample { get; init; }

    /// <summary>Different sources, within a few percent; and the first of them.</summary>
    public long? Sources { get; init; }
    public IReadOnlyList<string>? SourceSample { get; init; }

    /// <summary>How was asked: syn, fin, null, xmas, ack, udp, ping, other.</summary>
    public IReadOnlyList<string>? Techniques { get; init; }

    /// <summary>Connections per second, at most; and what is normal.</summary>
    public double? RatePerSecond { get; init; }
    public double? NormalPerSecond { get; init; }

    /// <summary>Median of the gaps, and their median absolute deviation as a share of it.</summary>
    public double? IntervalSeconds { get; init; }
    public double? Jitter { get; init; }

    /// <summary>egress: the workload sent it; ingress: it received it.</summary>
    public string? Direction { get; init; }

    /// <summary>In the hour; the median of like hours; and the most that is not said.</summary>
    public long? Bytes { get; init; }
    public long? NormalBytes { get; init; }
    public long? LimitBytes { get; init; }

    /// <summary>Hours, or gaps, that this rests on.</summary>
    public int? Samples { get; init; }

    /// <summary>The network that was new, or its name.</summary>
    public string? Network { get; init; }
}

/// <summary>Something suspicious, as it stood at one time. Never changes: an event that goes on is followed by another with the same id.</summary>
public sealed record SecurityEvent
{
    /// <summary>Grows with each event of the agent's run.</summary>
    public required long Id { get; init; }
    public required DetectionType Type { get; init; }
    public required DetectionSeverity Severity { get; init; }
    public required SecurityEventStep Step { get; init; }

    /// <summary>One sentence.</summary>
    public required string What { get; init; }

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    public required ulong SinceNs { get; init; }
    public required ulong LastNs { get; init; }

    /// <summary>Who does it; null if that are many.</summary>
    public SecurityEventEnd? Source { get; init; }

    /// <summary>Whom it is done to; null if that are many, or it is nobody in particular.</summary>
    public SecurityEventEnd? Target { get; init; }
    public required SecurityEvidence Evidence { get; init; }

    public bool IsOngoing => Step != SecurityEventStep.End;

    /// <summary>Whose event it is: the source's, or where there is none the target's.</summary>
    public Workload? Workload => (Source ?? Target)?.Endpoint?.Workload;
}
