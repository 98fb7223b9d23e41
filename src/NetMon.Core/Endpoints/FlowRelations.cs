namespace NetMon.Core.Endpoints;

/// <summary>What a flow's two ends are to each other. Nothing is guessed: what is not known is said to be so.</summary>
public static class FlowRelations
{
    /// <summary>Null before the end was decided.</summary>
    public static Endpoint? End(this in FlowAttribution attribution, bool isSource) =>
        isSource ? attribution.Source : attribution.Destination;

    /// <summary>The source sent to another address or port than the destination's: <see cref="FlowAttribution.Asked"/>.</summary>
    public static bool IsTranslated(this in FlowAttribution attribution) => !attribution.Asked.IsUnspecified;

    /// <summary>Unknown before the ends were decided.</summary>
    public static FlowTraffic Traffic(this in FlowAttribution attribution) =>
        (attribution.Source?.Kind, attribution.Destination?.Kind) switch
        {
            (EndpointKind.External, _) or (_, EndpointKind.External) => FlowTraffic.External,
            (null, _) or (_, null) => FlowTraffic.Unknown,
            _ => FlowTraffic.Internal,
        };

    /// <summary>Null if the node of an end is not known, or it is on none.</summary>
    public static bool? SameNode(this in FlowAttribution attribution) =>
        attribution.SourceLocal && attribution.DestinationLocal
            ? true
            : Same(attribution.Source?.Node, attribution.Destination?.Node);

    /// <summary>Null if the zone of an end is not known, or it is in none.</summary>
    public static bool? SameZone(this in FlowAttribution attribution) =>
        Same(attribution.Source?.Zone, attribution.Destination?.Zone);

    private static bool? Same(string? one, string? other) =>
        one is null || other is null ? null : string.Equals(one, other, StringComparison.Ordinal);
}
