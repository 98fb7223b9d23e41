using NetMon.Lab.Cluster;
using NetMon.Lab.Network;
using NetMon.Lab.Proxy;
using NetMon.Lab.Traffic;
using NetMon.Testing.Lab;

namespace NetMon.Lab.Tests.Traffic;

/// <summary>The matrix's accounting agrees with itself, before anything is compared with it.</summary>
public sealed class TrafficMatrixTests
{
    [SkippableTheory]
    [InlineData(NetworkMode.Flannel, ProxyMode.Nftables)]
    [InlineData(NetworkMode.Calico, ProxyMode.Iptables)]
    [InlineData(NetworkMode.HostGateway, ProxyMode.Nftables)]
    public async Task Sockets_and_captures_at_both_ends_agree_on_every_conversation(
        NetworkMode mode,
        ProxyMode proxy
    )
    {
        LabRequirements.SkipIfMissing("nft", "iptables", "ping");
        await using var cluster = await LabCluster.StartAsync(
            new LabOptions
            {
                Mode = mode,
                Proxy = proxy,
                Offloads = false,
            }
        );
        var matrix = new TrafficMatrix(cluster);
        cluster.FixNeighbours();

        var expected = TrafficRun.Run(cluster, matrix.Conversations).Figures;

        string[] scopes =
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
        Assert.Equal(
            scopes,
            expected.Sums.Keys.Select(figure => figure.Scope).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["egress", "ingress", "transit"],
            expected.Sums.Keys.Select(figure => figure.Direction).Distinct().Order(StringComparer.Ordinal)
        );
    }
}
