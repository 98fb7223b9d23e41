using NetMon.Core.Flows;

namespace NetMon.Core.Endpoints;

/// <summary>The answer to whose an address was.</summary>
/// <param name="Endpoint">The best that is known.</param>
/// <param name="Final">Waiting will not give a better answer. False: a pod that is not known yet may well have the address.</param>
public readonly record struct EndpointMatch(Endpoint Endpoint, bool Final);

/// <summary>What is known of the cluster, for those who read it. All members: any thread, no lock, nothing allocated.</summary>
/// <remarks>Where it comes from is not the reader's business: the API server today, a hub another day; without a cluster, nothing but the names of networks.</remarks>
public interface IClusterView
{
    /// <summary>Whether there is a cluster at all.</summary>
    bool HasCluster { get; }

    /// <summary>Whether it was known in full at least once. True without a cluster.</summary>
    bool IsSynced { get; }

    /// <summary>Who had an address at a time.</summary>
    /// <param name="address">Any address.</param>
    /// <param name="unixNs">Nanoseconds of the Unix epoch.</param>
    EndpointMatch FindEndpoint(in NetworkAddress address, long unixNs);

    /// <summary>A pod on its node's own network, which no address tells.</summary>
    /// <param name="uid">Of the pod, or the hash that kubelet gave a static pod's manifest. Null if there is no such pod.</param>
    EndpointMatch? FindPod(string uid);

    /// <summary>The service that is asked for at an address and port: cluster IP, external IP, load balancer, or a node's address with a node port. Null if there is none.</summary>
    ServicePort? FindService(in NetworkAddress address, ushort port, byte protocol);

    /// <summary>Whether a service, of any kind, has a backend at this address and port: the packets to it may have been translated.</summary>
    bool IsBackend(in NetworkAddress address, ushort port, byte protocol);

    /// <summary>Whether a service's port has a ready backend now.</summary>
    bool HasReadyEndpoints(ServicePort service);
}
