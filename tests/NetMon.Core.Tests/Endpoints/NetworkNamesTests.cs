using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Core.Tests.Endpoints;

public class NetworkNamesTests
{
    private static readonly NetworkNames Names = new([
        new(Cidr.Parse("203.0.113.0/24"), "office"),
        new(Cidr.Parse("203.0.113.7"), "printer"),
        new(Cidr.Parse("2001:db8::/32"), "office"),
        new(Cidr.Parse("169.254.169.254"), "metadata"),
        new(Cidr.Parse("127.0.0.0/8"), "own"),
    ]);

    [Theory]
    [InlineData("203.0.113.1", "office")]
    [InlineData("203.0.113.7", "printer")]
    [InlineData("2001:db8:1::1", "office")]
    [InlineData("198.51.100.1", "external")]
    [InlineData("169.254.169.254", "metadata")]
    [InlineData("169.254.169.253", "link-local")]
    [InlineData("239.1.2.3", "multicast")]
    [InlineData("127.0.0.1", "own")]
    public void The_smallest_network_names_an_address_and_the_users_names_come_first(
        string address,
        string name
    )
    {
        Assert.True(NetworkAddress.TryParse(address, out var parsed));
        var endpoint = Names.Find(parsed);

        Assert.Equal(new Workload("", "External", name), endpoint.Workload);
        Assert.Equal(EndpointKind.External, endpoint.Kind);
    }

    [Fact]
    public void Networks_of_one_name_are_one_endpoint()
    {
        Assert.True(NetworkAddress.TryParse("203.0.113.1", out var first));
        Assert.True(NetworkAddress.TryParse("2001:db8::1", out var second));

        Assert.Same(Names.Find(first), Names.Find(second));
    }

    [Fact]
    public void Without_a_cluster_every_answer_is_final_and_external()
    {
        var view = new StandaloneView(Names);
        Assert.True(NetworkAddress.TryParse("10.0.0.1", out var address));

        Assert.Equal(new EndpointMatch(Endpoint.External, Final: true), view.FindEndpoint(address, 0));
        Assert.False(view.HasCluster);
        Assert.True(view.IsSynced);
        Assert.Null(view.FindService(address, 80, 6));
        Assert.False(view.IsBackend(address, 80, 6));
    }
}
