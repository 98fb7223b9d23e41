using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Reading;

namespace NetMon.Kubernetes.Watching;

/// <summary>A resource of the API, and how its objects are read.</summary>
/// <param name="Name">Plural, for metrics and messages.</param>
/// <param name="Path">Of its collection in all namespaces, relative to the server's URL.</param>
/// <param name="MetadataOnly">Only the metadata of its objects is asked for.</param>
internal sealed record WatchedResource<T>(
    string Name,
    string Path,
    bool MetadataOnly,
    FieldTree Fields,
    ReadObject<T> Read
)
    where T : class
{
    // A server that cannot leave out the rest sends it all, and the filter drops it.
    private const string Partial = "application/json;as=PartialObjectMetadata{0};g=meta.k8s.io;v=v1,application/json";

    public FieldTree ListFields { get; } = FieldTree.ListOf(Fields);

    public FieldTree FrameFields { get; } = FieldTree.FrameOf(Fields);

    public string ListAccept => MetadataOnly ? Partial.Replace("{0}", "List", StringComparison.Ordinal) : "application/json";

    public string WatchAccept => MetadataOnly ? Partial.Replace("{0}", "", StringComparison.Ordinal) : "application/json";
}

/// <summary>The resources that the model of the cluster is made from.</summary>
internal static class WatchedResources
{
    public static WatchedResource<NodeObject> Nodes { get; } =
        new("nodes", "api/v1/nodes", MetadataOnly: false, NodeReader.Fields, NodeReader.Read);

    public static WatchedResource<PodObject> Pods { get; } =
        new("pods", "api/v1/pods", MetadataOnly: false, PodReader.Fields, PodReader.Read);

    public static WatchedResource<ServiceObject> Services { get; } =
        new("services", "api/v1/services", MetadataOnly: false, ServiceReader.Fields, ServiceReader.Read);

    public static WatchedResource<EndpointSliceObject> EndpointSlices { get; } =
        new(
            "endpointslices",
            "apis/discovery.k8s.io/v1/endpointslices",
            MetadataOnly: false,
            EndpointSliceReader.Fields,
            EndpointSliceReader.Read
        );

    public static WatchedResource<NamespaceObject> Namespaces { get; } =
        new(
            "namespaces",
            "api/v1/namespaces",
            MetadataOnly: true,
            MetadataReader.NamespaceFields,
            MetadataReader.ReadNamespace
        );

    public static WatchedResource<OwnerObject> ReplicaSets { get; } =
        new(
            "replicasets",
            "apis/apps/v1/replicasets",
            MetadataOnly: true,
            MetadataReader.OwnerFields,
            MetadataReader.ReadReplicaSet
        );

    public static WatchedResource<OwnerObject> Jobs { get; } =
        new(
            "jobs",
            "apis/batch/v1/jobs",
            MetadataOnly: true,
            MetadataReader.OwnerFields,
            MetadataReader.ReadJob
        );
}
