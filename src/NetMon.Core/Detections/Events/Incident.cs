using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Events;

/// <summary>What makes two findings the same incident.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Address">Who is found: the source of scans, the target of floods; else default.</param>
/// <param name="Detail">What else tells two apart: a port, a direction.</param>
/// <param name="Workload">Who is found, where it is a workload.</param>
internal readonly record struct IncidentKey(
    DetectionType Type,
    NetworkAddress Address,
    ulong Detail,
    Workload? Workload
)
{
    public override int GetHashCode() =>
        HashCode.Combine((int)Type, Address.High, Address.Low, Detail, Workload?.GetHashCode() ?? 0);
}

/// <summary>A finding that goes on. Its detection writes the figures, the book tells of it.</summary>
internal abstract class Incident
{
    public long Id { get; set; }
    public required DetectionType Type { get; init; }
    public required DetectionSeverity Severity { get; init; }
    public required ulong SinceNs { get; init; }
    public ulong LastNs { get; set; }

    /// <summary>When it was told first, and last.</summary>
    public ulong BegunNs { get; set; }
    public ulong ToldNs { get; set; }

    /// <summary>Time without anything new after which it is over, where that is longer than for others.</summary>
    public ulong PatienceNs { get; init; }

    /// <summary>Something is new since.</summary>
    public bool IsDirty { get; set; }
    public SecurityEventEnd? Source { get; set; }
    public SecurityEventEnd? Target { get; set; }

    /// <summary>One sentence about it as it stands.</summary>
    public abstract string What();

    public abstract SecurityEvidence Evidence();

    public SecurityEvent Snapshot(SecurityEventStep step) =>
        new()
        {
            Id = Id,
            Type = Type,
            Severity = Severity,
            Step = step,
            What = What(),
            SinceNs = SinceNs,
            LastNs = LastNs,
            Source = Source,
            Target = Target,
            Evidence = Evidence(),
        };

    protected static string Name(SecurityEventEnd? end) =>
        end switch
        {
            null => "many",
            { Address: { } address, Endpoint: { } endpoint } => $"{address} ({endpoint})",
            { Address: { } address } => address.ToString(),
            _ => end.Endpoint?.Workload.ToString() ?? Endpoint.UnknownName,
        };
}
