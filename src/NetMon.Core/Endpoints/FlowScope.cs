namespace NetMon.Core.Endpoints;

/// <summary>What is at the two ends, sender first. Words: <c>pod-to-node</c> and so on.</summary>
public enum FlowScope : byte
{
    Unknown,
    PodToPod,
    PodToNode,
    NodeToPod,
    NodeToNode,
    PodToExternal,
    ExternalToPod,
    NodeToExternal,
    ExternalToNode,

    /// <summary>Neither end is of the cluster: packets that a node forwards.</summary>
    ExternalToExternal,

    /// <summary>Encapsulated traffic between nodes, whose inner packets are flows of their own.</summary>
    Overlay,
}
