namespace NetMon.Core.Endpoints;

/// <summary>What a flow's two ends are to each other, as a reader of flows asks for it. Nothing is guessed: what is not known is said to be so.</summary>
public static class FlowRelations
{
    /// <summary>Null before the end was decided.</summary>
    public static Endpoint? End(this in FlowAttribution attribution, bool isSource) =>
        isSource ? attribution.Source : attribution.Destination;

    /// <summary>The source sent to another address or port than the destination's: <see cref="FlowAttribution.Asked"/>.</summary>
    public static bool IsTranslated(this in FlowAttribution attribution) => !attribution.Asked.IsUnspecified;

    public static FlowTraffic Traffic(this in FlowAttribution attribution) =>
        attribution.Scope == FlowScope.Unknown ? FlowTraffic.Unknown
        : FlowScopes.IsExternal(attribution.Scope) ? FlowTraffic.External
        : FlowTraffic.Internal;

    /// <summary>Null if the node of an end is not known, or it is on none. Two local ends are on this node, even if it has no name.</summary>
    public static bool? SameNode(this in FlowAttribution attribution) =>
        attribution is { SourceLocal: true, DestinationLocal: true }
            ? true
            : FlowScopes.AreOnSameNode(attribution.Source, attribution.Destination);

    /// <summary>Null if the zone of an end is not known, or it is in none.</summary>
    public static bool? SameZone(this in FlowAttribution attribution) =>
        FlowScopes.AreInSameZone(attribution.Source, attribution.Destination);
}
