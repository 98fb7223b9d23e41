using System.Net;

namespace NetMon.Lab.Services;

/// <summary>A service of the cluster. Its backends are the pods of its namespace with the label <c>app</c> that it selects.</summary>
public sealed record LabService(string Namespace, string Name)
{
    /// <summary>ClusterIP, NodePort, LoadBalancer.</summary>
    public string Type { get; init; } = "ClusterIP";

    /// <summary>Value of the label <c>app</c>; null: the service's name.</summary>
    public string? App { get; init; }

    public required IReadOnlyList<LabServicePort> Ports { get; init; }

    /// <summary>It has no address of its own: its name stands for those of its pods.</summary>
    public bool Headless { get; init; }

    /// <summary><c>externalTrafficPolicy: Local</c></summary>
    public bool Local { get; init; }

    /// <summary>Addresses of its own; none: they are chosen.</summary>
    public IReadOnlyList<IPAddress> ClusterIps { get; init; } = [];

    public IReadOnlyList<IPAddress> LoadBalancerIps { get; init; } = [];

    public IReadOnlyList<IPAddress> ExternalIps { get; init; } = [];

    /// <summary>Number of the node to which the world sends what goes to load balancers' addresses and external IPs; 0: one with a backend.</summary>
    public int Entry { get; init; }

    public string Selected => App ?? Name;

    public IPAddress ClusterIp(bool v6) =>
        ClusterIps.First(ip =>
            ip.AddressFamily
            == (
                v6
                    ? System.Net.Sockets.AddressFamily.InterNetworkV6
                    : System.Net.Sockets.AddressFamily.InterNetwork
            )
        );

    public override string ToString() => $"{Namespace}/{Name}";
}

/// <param name="Target">Port of the pods.</param>
/// <param name="Protocol">tcp or udp.</param>
/// <param name="NodePort">0: none.</param>
public sealed record LabServicePort(
    string Name,
    int Port,
    int Target,
    string Protocol = "tcp",
    int NodePort = 0
);
