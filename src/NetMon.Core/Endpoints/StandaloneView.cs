using NetMon.Core.Flows;

namespace NetMon.Core.Endpoints;

/// <summary>No cluster: nothing is known but the names of networks.</summary>
public sealed class StandaloneView(NetworkNames names) : IClusterView
{
    public bool HasCluster => false;

    public bool IsSynced => true;

    public EndpointMatch FindEndpoint(in NetworkAddress address, long unixNs) =>
        new(names.Find(address), Final: true);

    public EndpointMatch? FindPod(string uid) => null;

    public ServicePort? FindService(in NetworkAddress address, ushort port, byte protocol) => null;

    public bool IsBackend(in NetworkAddress address, ushort port, byte protocol) => false;

    public bool HasReadyEndpoints(ServicePort service) => false;
}
