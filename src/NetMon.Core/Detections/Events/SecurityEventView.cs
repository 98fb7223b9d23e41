using System.Text.Json.Serialization;
using NetMon.Core.Endpoints;

namespace NetMon.Core.Detections.Events;

/// <summary>An event as a reader of the API sees it; the members are those of <c>docs/events.schema.json</c>.</summary>
public sealed class SecurityEventView
{
    /// <summary>Name of the node whose agent told of it; only in answers that several agents gave together.</summary>
    public string? Agent { get; init; }

    /// <summary>With <see cref="Since"/> unique: numbers begin again with the agent.</summary>
    public required long Id { get; init; }

    /// <summary>begin, update or end; the last one that there was.</summary>
    public required string Event { get; init; }
    public required string Type { get; init; }

    /// <summary>low, medium or high.</summary>
    public required string Severity { get; init; }

    /// <summary>ongoing or ended.</summary>
    public required string State { get; init; }

    /// <summary>One sentence.</summary>
    public required string What { get; init; }
    public required DateTimeOffset Since { get; init; }
    public required DateTimeOffset Last { get; init; }

    /// <summary>Null if there are many, or none in particular.</summary>
    public SecurityEventEndView? Source { get; init; }
    public SecurityEventEndView? Destination { get; init; }
    public required SecurityEvidence Evidence { get; init; }

    /// <param name="told">The event.</param>
    /// <param name="wallOffsetNs">Nanoseconds to add to a time of CLOCK_MONOTONIC to have nanoseconds of the Unix epoch.</param>
    public static SecurityEventView Of(SecurityEvent told, long wallOffsetNs)
    {
        ArgumentNullException.ThrowIfNull(told);
        return new()
        {
            Id = told.Id,
            Event = told.Step.Word(),
            Type = told.Type.Word(),
            Severity = told.Severity.Word(),
            State = told.IsOngoing ? "ongoing" : "ended",
            What = told.What,
            Since = Time(told.SinceNs),
            Last = Time(told.LastNs),
            Source = SecurityEventEndView.Of(told.Source),
            Destination = SecurityEventEndView.Of(told.Target),
            Evidence = told.Evidence,
        };

        DateTimeOffset Time(ulong ns) =>
            DateTimeOffset.UnixEpoch.AddTicks(((long)ns + wallOffsetNs) / TimeSpan.NanosecondsPerTick);
    }
}

/// <summary>One end of what an event tells; what is not known, or is several, is left out.</summary>
public sealed class SecurityEventEndView
{
    /// <summary>Null where the whole workload is meant.</summary>
    public string? Ip { get; init; }
    public int? Port { get; init; }
    public string? Namespace { get; init; }
    public string? Pod { get; init; }
    public string? Workload { get; init; }
    public string? Kind { get; init; }
    public string? Node { get; init; }

    public static SecurityEventEndView? Of(SecurityEventEnd? end)
    {
        if (end is null)
        {
            return null;
        }

        // Of a workload as a whole no pod and node are meant, but for a node itself.
        var one = end.Address is not null || end.Endpoint is { Kind: EndpointKind.Node };
        return new()
        {
            Ip = end.Address?.ToString(),
            Port = end.Port == 0 ? null : end.Port,
            Namespace = string.IsNullOrEmpty(end.Endpoint?.Namespace) ? null : end.Endpoint.Namespace,
            Pod = one ? end.Endpoint?.Pod : null,
            Workload = end.Endpoint?.Workload.Name,
            Kind = end.Endpoint?.Workload.Kind,
            Node = one ? end.Endpoint?.Node : null,
        };
    }
}

/// <summary>The answer of <c>/api/v1/events</c>.</summary>
public sealed class SecurityEventListView
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>Events that passed the filter, before the limit.</summary>
    public required int Total { get; init; }

    /// <summary>Youngest first.</summary>
    public required IReadOnlyList<SecurityEventView> Events { get; init; }
}

/// <summary>Source-generated JSON of events.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(SecurityEventView))]
[JsonSerializable(typeof(SecurityEventListView))]
public sealed partial class SecurityEventContext : JsonSerializerContext;
