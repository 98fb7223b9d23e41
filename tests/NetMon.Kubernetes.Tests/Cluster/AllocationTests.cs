using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;
using NetMon.Testing;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class AllocationTests
{
    [Fact]
    public void Nothing_that_a_reader_asks_allocates()
    {
        var test = new ModelUnderTest();
        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1", "10.244.1.0/24"));
        test.Model.Pods.Apply(Pod("web", "10.244.1.7"));
        test.Model.Services.Apply(
            new ServiceObject
            {
                Id = new("shop", "web", "uid"),
                ClusterIps = [Address("10.96.0.10")],
                Ports = [new("http", 6, 80, 30080)],
            }
        );
        NetworkAddress[] addresses =
        [
            Address("192.0.2.1"),
            Address("10.244.1.7"),
            Address("10.244.1.1"),
            Address("10.244.1.9"),
            Address("10.96.0.10"),
            Address("224.0.0.1"),
            Address("203.0.113.1"),
            Address("2001:db8::1"),
        ];
        var port = test.Model.FindService(addresses[4], 80, 6)!;
        var now = UnixNs(0);
        Assert.Equal(0, Allocation.Of(Ask));

        void Ask()
        {
            foreach (ref readonly var address in addresses.AsSpan())
            {
                _ = test.Model.FindEndpoint(address, now);
                _ = test.Model.FindService(address, 30080, 6);
                _ = test.Model.IsBackend(address, 8080, 6);
            }

            _ = test.Model.HasReadyEndpoints(port);
        }
    }
}
