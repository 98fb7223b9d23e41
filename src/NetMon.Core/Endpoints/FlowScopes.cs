using NetMon.Core.Flows;

namespace NetMon.Core.Endpoints;

/// <summary>What follows from who is at a flow's two ends.</summary>
public static class FlowScopes
{
    // By kind of end; a service's own address stands for the pods behind it.
    private const int Pod = 0;
    private const int Node = 1;
    private const int External = 2;

    private static readonly FlowScope[,] Table =
    {
        { FlowScope.PodToPod, FlowScope.PodToNode, FlowScope.PodToExternal },
        { FlowScope.NodeToPod, FlowScope.NodeToNode, FlowScope.NodeToExternal },
        { FlowScope.ExternalToPod, FlowScope.ExternalToNode, FlowScope.ExternalToExternal },
    };

    public static FlowScope Of(EndpointKind source, EndpointKind destination, FlowClass flowClass) =>
        flowClass == FlowClass.Overlay ? FlowScope.Overlay : Table[Column(source), Column(destination)];

    /// <summary>The scope of the packets that go the other way.</summary>
    public static FlowScope Reverse(FlowScope scope) =>
        scope switch
        {
            FlowScope.PodToNode => FlowScope.NodeToPod,
            FlowScope.NodeToPod => FlowScope.PodToNode,
            FlowScope.PodToExternal => FlowScope.ExternalToPod,
            FlowScope.ExternalToPod => FlowScope.PodToExternal,
            FlowScope.NodeToExternal => FlowScope.ExternalToNode,
            FlowScope.ExternalToNode => FlowScope.NodeToExternal,
            _ => scope,
        };

    /// <summary>Whether an end is outside of the cluster: label traffic is <c>external</c>, else <c>internal</c>.</summary>
    public static bool IsExternal(FlowScope scope) =>
        scope
            is FlowScope.PodToExternal
                or FlowScope.ExternalToPod
                or FlowScope.NodeToExternal
                or FlowScope.ExternalToNode
                or FlowScope.ExternalToExternal;

    /// <summary>Whether both ends are on one node; null if that of an end is not known, or an end is on none.</summary>
    public static bool? AreOnSameNode(Endpoint? source, Endpoint? destination) =>
        AreSame(source?.Node, destination?.Node);

    /// <summary>Whether both ends are in one zone; null if that of an end is not known.</summary>
    public static bool? AreInSameZone(Endpoint? source, Endpoint? destination) =>
        AreSame(source?.Zone, destination?.Zone);

    private static int Column(EndpointKind kind) =>
        kind switch
        {
            EndpointKind.Node => Node,
            EndpointKind.External => External,
            _ => Pod,
        };

    private static bool? AreSame(string? source, string? destination) =>
        source is null || destination is null
            ? null
            : string.Equals(source, destination, StringComparison.Ordinal);
}
