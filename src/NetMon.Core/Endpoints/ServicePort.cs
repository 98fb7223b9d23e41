using NetMon.Core.Flows;

namespace NetMon.Core.Endpoints;

public enum ServiceAddressKind : byte
{
    ClusterIp,
    NodePort,
    LoadBalancer,
    ExternalIp,
}

/// <summary>A port of a service at one of its addresses: what a client asks for. Never changes; a changed service has new ones.</summary>
public sealed class ServicePort
{
    /// <summary>The service itself, as the destination of flows whose backend is not known: kind Service.</summary>
    public required Endpoint Endpoint { get; init; }

    /// <summary>Name of the port; empty if it has none.</summary>
    public required string PortName { get; init; }

    /// <summary>What it says that it speaks; null if it does not say.</summary>
    public AppProtocol? AppProtocol { get; init; }

    public required ServiceAddressKind AddressKind { get; init; }

    /// <summary>The port that clients ask for: that of the service, or its node port.</summary>
    public required ushort Port { get; init; }

    /// <summary>IP protocol number.</summary>
    public required byte Protocol { get; init; }

    public string Namespace => Endpoint.Workload.Namespace;

    public string Name => Endpoint.Workload.Name;

    public override string ToString() =>
        $"{Namespace}/{Name}:{(PortName.Length > 0 ? PortName : Port.ToString(System.Globalization.CultureInfo.InvariantCulture))}";
}
