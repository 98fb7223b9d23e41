namespace NetMon.Core.Endpoints;

/// <summary>What has an address.</summary>
public enum EndpointKind : byte
{
    /// <summary>A pod; of one that is not known its address tells only that it is one.</summary>
    Pod,

    /// <summary>A node of the cluster, its own processes and pods on its network included; without a cluster: this host.</summary>
    Node,

    /// <summary>A service's own address, of which no backend is known.</summary>
    Service,

    /// <summary>Anything outside of the cluster.</summary>
    External,
}
