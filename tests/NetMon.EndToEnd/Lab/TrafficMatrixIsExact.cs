using NetMon.Lab.Checking;
using NetMon.Lab.Cluster;
using NetMon.Lab.Network;
using NetMon.Lab.Proxy;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Lab;

/// <summary>
/// Known traffic over every scope and every type of service, by IPv4 and IPv6, TCP, UDP and ICMP: for each pair of workloads Prometheus
/// has the flows, packets and bytes that were on the wire, each once in each direction, and nothing else.
/// </summary>
public sealed class TrafficMatrixIsExact
{
    private static readonly string[] Scopes =
    [
        "external-to-node",
        "external-to-pod",
        "node-to-external",
        "node-to-node",
        "node-to-pod",
        "pod-to-external",
        "pod-to-node",
        "pod-to-pod",
    ];

    [SkippableTheory]
    [InlineData(NetworkMode.Flannel, ProxyMode.Nftables)]
    [InlineData(NetworkMode.Calico, ProxyMode.Iptables)]
    [InlineData(NetworkMode.HostGateway, ProxyMode.Nftables)]
    public async Task Of_every_pair_Prometheus_has_what_was_on_the_wire(NetworkMode mode, ProxyMode proxy)
    {
        LabRequirements.SkipIfMissing("nft", "iptables", "conntrack", "ping", "prometheus");

        var result = await MatrixCheck.RunAsync(new LabOptions { Mode = mode, Proxy = proxy });

        Assert.True(result.Differing.Count == 0, result.ToString());
        Assert.Equal(
            Scopes,
            result.Pairs.Select(pair => pair.Figure.Scope).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["icmp", "icmpv6", "tcp", "udp"],
            result.Pairs.Select(pair => pair.Figure.Protocol).Distinct().Order(StringComparer.Ordinal)
        );
    }
}
