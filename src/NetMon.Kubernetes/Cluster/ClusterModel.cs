using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>The cluster as its objects tell it: who has which address, and since when.</summary>
/// <remarks>
/// Fed through a sink per resource, each by one thread at a time; the threads take turns by a lock. Readers (<see cref="IClusterView"/>) take none.
/// </remarks>
public sealed class ClusterModel : IClusterView
{
    public ClusterModel(ClusterModelOptions options, TimeProvider time) =>
        throw new NotSupportedException("its parts follow");

    public IObjectSink<NodeObject> Nodes => throw new NotSupportedException();
    public IObjectSink<PodObject> Pods => throw new NotSupportedException();
    public IObjectSink<ServiceObject> Services => throw new NotSupportedException();
    public IObjectSink<EndpointSliceObject> EndpointSlices => throw new NotSupportedException();
    public IObjectSink<NamespaceObject> Namespaces => throw new NotSupportedException();
    public IObjectSink<OwnerObject> ReplicaSets => throw new NotSupportedException();
    public IObjectSink<OwnerObject> Jobs => throw new NotSupportedException();

    public bool HasCluster => true;

    public bool IsSynced => false;

    public EndpointMatch FindEndpoint(in NetworkAddress address, long unixNs) =>
        throw new NotSupportedException();

    public ServicePort? FindService(in NetworkAddress address, ushort port, byte protocol) =>
        throw new NotSupportedException();

    public bool IsBackend(in NetworkAddress address, ushort port, byte protocol) =>
        throw new NotSupportedException();

    public bool HasReadyEndpoints(ServicePort service) => throw new NotSupportedException();

    /// <summary>Forgets what is over since long. To be called about once a second.</summary>
    public void Housekeep() => throw new NotSupportedException();
}
