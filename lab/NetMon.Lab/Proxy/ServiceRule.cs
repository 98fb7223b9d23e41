using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using NetMon.Lab.Network;

namespace NetMon.Lab.Proxy;

/// <summary>One port of a service in one address family, as kube-proxy sees it: where clients ask, and who answers.</summary>
public sealed record ServiceRule
{
    /// <summary><c>namespace/name:port</c>.</summary>
    public required string Name { get; init; }

    /// <summary>tcp or udp.</summary>
    public required string Protocol { get; init; }

    public required IPAddress ClusterIp { get; init; }

    public required int Port { get; init; }

    /// <summary>On every address of every node; 0: none.</summary>
    public int NodePort { get; init; }

    /// <summary>Addresses of load balancers, and external IPs.</summary>
    public IReadOnlyList<IPAddress> PublicIps { get; init; } = [];

    /// <summary><c>externalTrafficPolicy: Local</c>: a client from outside gets a backend of the node it asks, or none, and is seen as itself.</summary>
    public bool Local { get; init; }

    public IReadOnlyList<Backend> Backends { get; init; } = [];

    public bool V6 => ClusterIp.AddressFamily == AddressFamily.InterNetworkV6;

    public IEnumerable<Backend> BackendsOn(LabNode node) => Backends.Where(each => each.Node == node);

    /// <summary>16 letters that stand for the port, as in the names of kube-proxy's chains.</summary>
    internal string Hash => HashOf($"{Name}{Protocol}");

    internal string HashOfBackend(Backend backend) => HashOf($"{Name}{Protocol}{backend}");

    private static string HashOf(string text) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}

/// <param name="Node">Where it runs; null if it is no pod.</param>
public sealed record Backend(IPAddress Address, int Port, LabNode? Node)
{
    /// <summary>Address and port, an IPv6 address in brackets.</summary>
    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
