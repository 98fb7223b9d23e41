using NetMon.Core.Flows;

namespace NetMon.Kubernetes.Cluster;

/// <summary>An EndpointSlice.</summary>
internal sealed class SliceEntry(string uid) : Entry
{
    public string Uid { get; } = uid;

    /// <summary>Whose backends it names; null if no service's.</summary>
    public ObjectKey? Service;

    /// <summary>Each once.</summary>
    public TransportAddress[] Backends = [];

    /// <summary>Those of its endpoints, if it is the API server's; else none.</summary>
    public NetworkAddress[] Addresses = [];

    /// <summary>Names of its ports, if it has an endpoint that takes traffic; else none.</summary>
    public string[] ReadyPorts = [];
}
