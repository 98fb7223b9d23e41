using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Watching;

/// <summary>Where the objects of each resource go. Each has one caller at a time; different ones are called at the same time.</summary>
public sealed record ClusterSinks
{
    public required IObjectSink<NodeObject> Nodes { get; init; }
    public required IObjectSink<NamespaceObject> Namespaces { get; init; }
    public required IObjectSink<OwnerObject> ReplicaSets { get; init; }
    public required IObjectSink<OwnerObject> Jobs { get; init; }
    public required IObjectSink<PodObject> Pods { get; init; }
    public required IObjectSink<ServiceObject> Services { get; init; }
    public required IObjectSink<EndpointSliceObject> EndpointSlices { get; init; }
}
