using System.Net;

namespace NetMon.Lab.Network;

/// <summary>
/// Who has which addresses:
/// <code>
///   the link of all machines   172.18.0.0/24       fd18::/64         .1 world outside, .2 control, .11 first node
///   pods                       10.244.0.0/16       fd44::/48         of node N: 10.244.N.0/24, fd44:0:0:N::/64
///   services                   10.96.0.0/16        fd96::/112        10.96.0.1 API server, 10.96.0.10 DNS
///   load balancers, external IPs of services  192.0.2.0/24  2001:db8:1b::/64
///   the world outside          203.0.113.0/24      2001:db8:e::/64   by way of .1
/// </code>
/// </summary>
public static class AddressPlan
{
    public const string PodsV4 = "10.244.0.0/16";
    public const string PodsV6 = "fd44::/48";
    public const string ServicesV4 = "10.96.0.0/16";
    public const string ServicesV6 = "fd96::/112";
    public const string NodesV4 = "172.18.0.0/24";
    public const string NodesV6 = "fd18::/64";

    /// <summary>Pods that fit on a node: addresses .2 to .254.</summary>
    public const int PodsPerNode = 253;

    private const int FirstNode = 10;

    public static IPAddress OutsideV4 { get; } = IPAddress.Parse("172.18.0.1");
    public static IPAddress OutsideV6 { get; } = IPAddress.Parse("fd18::1");
    public static IPAddress ControlV4 { get; } = IPAddress.Parse("172.18.0.2");
    public static IPAddress ControlV6 { get; } = IPAddress.Parse("fd18::2");
    public static IPAddress DnsV4 { get; } = IPAddress.Parse("10.96.0.10");
    public static IPAddress DnsV6 { get; } = IPAddress.Parse("fd96::a");

    /// <summary>Addresses of the world outside.</summary>
    public static IReadOnlyList<IPAddress> ExternalV4 { get; } =
    [.. Enumerable.Range(10, 4).Select(host => IPAddress.Parse($"203.0.113.{host}"))];
    public static IReadOnlyList<IPAddress> ExternalV6 { get; } =
    [.. Enumerable.Range(10, 4).Select(host => IPAddress.Parse($"2001:db8:e::{host}"))];

    public static IPAddress NodeV4(int node) => IPAddress.Parse($"172.18.0.{FirstNode + node}");

    public static IPAddress NodeV6(int node) => IPAddress.Parse($"fd18::{FirstNode + node}");

    public static string PodCidrV4(int node) => $"10.244.{node}.0/24";

    public static string PodCidrV6(int node) => $"fd44:0:0:{node}::/64";

    /// <param name="host">0: the network itself, which tunnels have; 1: the node's end of the bridge; 2 and more: pods.</param>
    public static IPAddress PodV4(int node, int host) => IPAddress.Parse($"10.244.{node}.{host}");

    public static IPAddress PodV6(int node, int host) => IPAddress.Parse($"fd44:0:0:{node}::{host:x}");

    public static IPAddress ServiceV4(int number) =>
        IPAddress.Parse($"10.96.{number / 250}.{1 + (number % 250)}");

    public static IPAddress ServiceV6(int number) => IPAddress.Parse($"fd96::{1 + number:x}");

    /// <summary>For load balancers and external IPs.</summary>
    public static IPAddress PublicV4(int number) => IPAddress.Parse($"192.0.2.{10 + number}");

    public static IPAddress PublicV6(int number) => IPAddress.Parse($"2001:db8:1b::{10 + number:x}");

    /// <summary>A hardware address that follows from an IPv4 address, as CNI plugins make them.</summary>
    public static string HardwareAddress(IPAddress v4)
    {
        ArgumentNullException.ThrowIfNull(v4);
        return $"0a:58:{string.Join(':', v4.GetAddressBytes().Select(part => part.ToString("x2")))}";
    }
}
