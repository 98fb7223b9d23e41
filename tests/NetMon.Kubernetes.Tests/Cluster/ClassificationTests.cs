using NetMon.Core.Endpoints;
using NetMon.Core.Networks;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Objects;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class ClassificationTests
{
    [Fact]
    public void An_address_of_a_nodes_network_without_a_pod_is_an_unknown_pods_on_that_node()
    {
        var test = new ModelUnderTest();
        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1", "10.244.1.0/24", "west"));
        var match = test.Find("10.244.1.99");

        Assert.False(match.Final);
        Assert.Equal(EndpointKind.Pod, match.Endpoint.Kind);
        Assert.Equal("unknown", match.Endpoint.Workload.Name);
        Assert.Equal("node-1", match.Endpoint.Node);
        Assert.Equal("west", match.Endpoint.Zone);
        Assert.Null(match.Endpoint.Pod);
        Assert.Same(match.Endpoint, test.Find("10.244.1.98").Endpoint);
    }

    [Theory]
    [InlineData("10.244.1.0/24", "10.244.1.0", "node-1")]
    [InlineData("10.244.1.0/24", "10.244.1.1", "node-1")]
    [InlineData("10.244.1.0/24", "10.244.1.2", "unknown?")]
    [InlineData("10.244.1.0/24", "10.244.2.1", "external")]
    [InlineData("fd00:10:244:1::/64", "fd00:10:244:1::", "node-1")]
    [InlineData("fd00:10:244:1::/64", "fd00:10:244:1::1", "node-1")]
    [InlineData("fd00:10:244:1::/64", "fd00:10:244:1::2", "unknown?")]
    [InlineData("10.244.1.0/31", "10.244.1.0", "unknown?")]
    [InlineData("10.244.1.0/31", "10.244.1.1", "unknown?")]
    public void The_first_two_addresses_of_a_nodes_network_are_the_nodes(string cidr, string ip, string who)
    {
        var test = new ModelUnderTest();
        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1", cidr));

        Assert.Equal(who, test.Who(ip));
    }

    [Fact]
    public void A_pod_can_have_the_first_address_of_a_network()
    {
        var test = new ModelUnderTest();
        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1", "10.244.1.0/24"));
        test.Model.Pods.Apply(Pod("web", "10.244.1.1"));

        Assert.Equal("web", test.Who("10.244.1.1"));
    }

    [Fact]
    public void Configured_networks_classify_where_nodes_publish_none()
    {
        var test = new ModelUnderTest(
            new ClusterModelOptions
            {
                PodCidrs = [Cidr.Parse("10.0.0.0/8")],
                NodeCidrs = [Cidr.Parse("10.9.0.0/16"), Cidr.Parse("192.168.0.0/24")],
            }
        );

        Assert.Equal(EndpointKind.Pod, test.Find("10.1.2.3").Endpoint.Kind);
        Assert.Equal("unknown?", test.Who("10.0.0.1"));
        Assert.Equal(EndpointKind.Node, test.Find("192.168.0.7").Endpoint.Kind);
        Assert.Null(test.Find("192.168.0.7").Endpoint.Node);
        Assert.Equal("external", test.Who("192.168.1.7"));
    }

    [Theory]
    [InlineData("10.1.2.3", "external?")]
    [InlineData("172.31.0.1", "external?")]
    [InlineData("192.168.1.1", "external?")]
    [InlineData("100.64.0.1", "external?")]
    [InlineData("fd12::1", "external?")]
    [InlineData("172.32.0.1", "external")]
    [InlineData("100.128.0.1", "external")]
    [InlineData("2001:db8::1", "external")]
    [InlineData("203.0.113.1", "external")]
    public void While_no_network_of_pods_is_known_any_private_address_may_be_a_pods(string ip, string who)
    {
        var test = new ModelUnderTest();
        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1"));

        Assert.Equal(who, test.Who(ip));
    }

    [Fact]
    public void While_a_pod_has_an_address_in_no_known_network_any_private_address_may_be_a_pods()
    {
        var test = new ModelUnderTest();
        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1", "10.244.1.0/24"));
        test.Model.Pods.Apply(Pod("inside", "10.244.1.7"));
        Assert.Equal("external", test.Who("172.16.0.9"));

        test.Model.Pods.Apply(Pod("outside", "172.16.0.7"));
        Assert.Equal("external?", test.Who("172.16.0.9"));

        test.Model.Nodes.Apply(Node("node-2", "192.0.2.2", "172.16.0.0/29"));
        Assert.Equal("external", test.Who("172.16.0.9"));

        test.Model.Nodes.Delete(Node("node-2", "192.0.2.2", "172.16.0.0/29"));
        Assert.Equal("external?", test.Who("172.16.0.9"));

        test.Model.Pods.Delete(Pod("outside", "172.16.0.7"));
        Assert.Equal("external", test.Who("172.16.0.9"));
    }

    [Fact]
    public void Named_networks_come_after_those_of_the_cluster()
    {
        var test = new ModelUnderTest(
            new ClusterModelOptions
            {
                Networks = new NetworkNames([
                    new(Cidr.Parse("10.0.0.0/8"), "office"),
                    new(Cidr.Parse("10.7.0.0/16"), "lab"),
                ]),
            }
        );
        test.Model.Nodes.Apply(Node("node-1", "10.9.0.1", "10.244.1.0/24"));

        Assert.Equal("office", test.Who("10.8.0.1"));
        Assert.Equal("lab", test.Who("10.7.0.1"));
        Assert.Equal("node-1", test.Who("10.9.0.1"));
        Assert.Equal("unknown?", test.Who("10.244.1.7"));
        Assert.Equal(EndpointKind.External, test.Find("10.8.0.1").Endpoint.Kind);
    }

    [Fact]
    public void All_addresses_of_a_node_are_the_nodes()
    {
        var test = new ModelUnderTest();
        var node = Node("node-1", "192.0.2.1", zone: "west") with
        {
            Addresses = [Address("192.0.2.1"), Address("2001:db8::1")],
        };
        test.Model.Nodes.Apply(node);

        Assert.Equal("node-1", test.Who("2001:db8::1"));
        Assert.Equal(EndpointKind.Node, test.Find("192.0.2.1").Endpoint.Kind);
        Assert.Equal("Node/node-1", test.Find("192.0.2.1").Endpoint.Workload.ToString());
        Assert.Equal("west", test.Find("192.0.2.1").Endpoint.Zone);

        test.Now = 10;
        test.Model.Nodes.Apply(node with { Addresses = [Address("192.0.2.1")] });
        Assert.Equal("node-1", test.Who("2001:db8::1", 9));
        Assert.Equal("external", test.Who("2001:db8::1"));

        var endpoint = test.Find("192.0.2.1").Endpoint;
        test.Model.Nodes.Delete(node);
        Assert.True(endpoint.IsGone);
        Assert.True(endpoint.Workload.IsGone);
        Assert.Equal("external", test.Who("192.0.2.1", 11));
    }

    [Fact]
    public void Pods_on_the_nodes_network_have_no_address_of_their_own()
    {
        var test = new ModelUnderTest();
        test.Model.Pods.Apply(Pod("proxy", "192.0.2.1") with { HostNetwork = true });
        Assert.Equal("external", test.Who("192.0.2.1"));

        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1"));
        Assert.Equal("node-1", test.Who("192.0.2.1"));
    }

    [Fact]
    public void A_node_has_its_address_whatever_pods_and_services_claim()
    {
        var test = new ModelUnderTest();
        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1"));
        test.Now = 10;
        test.Model.Pods.Apply(Pod("liar", "192.0.2.1"));
        test.Model.Services.Apply(
            new ServiceObject { Id = new("shop", "web", "uid"), LoadBalancerIps = [Address("192.0.2.1")] }
        );

        Assert.Equal("node-1", test.Who("192.0.2.1"));
        test.Model.Nodes.Delete(Node("node-1", "192.0.2.1"));
        Assert.Equal("liar", test.Who("192.0.2.1", 11));
        Assert.Equal("node-1", test.Who("192.0.2.1", 9));
        test.Model.Pods.Delete(Pod("liar", "192.0.2.1"));
        Assert.Equal("web", test.Who("192.0.2.1", 11));
    }

    [Fact]
    public void A_pods_zone_is_its_nodes_whichever_is_told_first()
    {
        var test = new ModelUnderTest();
        test.Model.Pods.Apply(Pod("web", "10.244.1.7"));
        Assert.Equal("node-1", test.Find("10.244.1.7").Endpoint.Node);
        Assert.Null(test.Find("10.244.1.7").Endpoint.Zone);

        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1", zone: "west"));
        Assert.Equal("west", test.Find("10.244.1.7").Endpoint.Zone);

        test.Model.Nodes.Apply(
            Node("node-1", "192.0.2.1") with
            {
                Labels = [Label("failure-domain.beta.kubernetes.io/zone", "east")],
            }
        );
        Assert.Equal("east", test.Find("10.244.1.7").Endpoint.Zone);
        Assert.Equal("east", test.Find("192.0.2.1").Endpoint.Zone);
    }

    [Fact]
    public void A_node_that_comes_back_under_its_name_is_another_node_of_the_same_workload()
    {
        var test = new ModelUnderTest();
        test.Model.Nodes.Apply(Node("node-1", "192.0.2.1"));
        var first = test.Find("192.0.2.1").Endpoint;
        test.Model.Nodes.Apply(
            Node("node-1", "192.0.2.1", "10.244.1.0/24") with
            {
                Id = new("", "node-1", "other"),
            }
        );

        Assert.True(first.IsGone);
        Assert.False(first.Workload.IsGone);
        Assert.False(test.Find("192.0.2.1").Endpoint.IsGone);
        Assert.Equal("node-1", test.Who("10.244.1.1"));
    }

    [Theory]
    [InlineData("224.0.0.251", "multicast")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("255.255.255.255", "broadcast")]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("127.0.0.53", "loopback")]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("::", "unspecified")]
    public void Addresses_of_no_single_host_have_names(string ip, string name) =>
        Assert.Equal(name, new ModelUnderTest().Who(ip));
}
