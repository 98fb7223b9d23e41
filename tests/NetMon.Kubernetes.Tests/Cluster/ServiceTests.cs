using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Objects;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class ServiceTests
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    private readonly ModelUnderTest _test = new(
        new ClusterModelOptions { IsOwnAddress = address => address == Address("192.0.2.99") }
    );

    [Fact]
    public void A_service_is_found_at_each_of_its_addresses_and_ports()
    {
        _test.Model.Services.Apply(Web());

        AssertPort("10.96.0.10", 80, Tcp, "http", ServiceAddressKind.ClusterIp);
        AssertPort("fd00:96::10", 80, Tcp, "http", ServiceAddressKind.ClusterIp);
        AssertPort("198.51.100.7", 80, Tcp, "http", ServiceAddressKind.ExternalIp);
        AssertPort("203.0.113.7", 80, Tcp, "http", ServiceAddressKind.LoadBalancer);
        AssertPort("10.96.0.10", 53, Udp, "dns", ServiceAddressKind.ClusterIp);
        Assert.Null(Find("10.96.0.10", 53, Tcp));
        Assert.Null(Find("10.96.0.10", 81, Tcp));
        Assert.Null(Find("10.96.0.11", 80, Tcp));
    }

    [Fact]
    public void Node_ports_are_asked_for_at_the_addresses_of_nodes_and_of_this_host()
    {
        _test.Model.Services.Apply(Web());
        _test.Model.Nodes.Apply(Node("node-1", "192.0.2.1", "10.244.1.0/24"));

        AssertPort("192.0.2.1", 30080, Tcp, "http", ServiceAddressKind.NodePort);
        AssertPort("192.0.2.99", 30080, Tcp, "http", ServiceAddressKind.NodePort);
        AssertPort("10.244.1.1", 30080, Tcp, "http", ServiceAddressKind.NodePort);
        Assert.Null(Find("192.0.2.2", 30080, Tcp));
        Assert.Null(Find("192.0.2.1", 30080, Udp));
        Assert.Null(Find("192.0.2.1", 80, Tcp));

        _test.Model.Nodes.Delete(Node("node-1", "192.0.2.1", "10.244.1.0/24"));
        Assert.Null(Find("192.0.2.1", 30080, Tcp));
        Assert.Null(Find("10.244.1.1", 30080, Tcp));
    }

    [Fact]
    public void The_address_of_a_service_is_the_services_own()
    {
        _test.Model.Services.Apply(Web());
        var match = _test.Find("10.96.0.10");

        Assert.True(match.Final);
        Assert.Equal(EndpointKind.Service, match.Endpoint.Kind);
        Assert.Equal("shop/Service/web", match.Endpoint.Workload.ToString());
        Assert.Same(match.Endpoint, Find("10.96.0.10", 80, Tcp)!.Endpoint);
    }

    [Fact]
    public void Ports_that_do_not_change_stay_the_same_objects()
    {
        _test.Model.Services.Apply(Web());
        var http = Find("10.96.0.10", 80, Tcp);
        var nodePort = Find("192.0.2.99", 30080, Tcp);
        _test.Model.Services.Apply(
            Web() with
            {
                LoadBalancerIps = [],
                Ports = [new("http", Tcp, 80, 30080), new("dns", Tcp, 53, 0)],
            }
        );

        Assert.Same(http, Find("10.96.0.10", 80, Tcp));
        Assert.Same(nodePort, Find("192.0.2.99", 30080, Tcp));
        Assert.Null(Find("203.0.113.7", 80, Tcp));
        Assert.Null(Find("10.96.0.10", 53, Udp));
        Assert.NotNull(Find("10.96.0.10", 53, Tcp));
        Assert.Equal("external", _test.Who("203.0.113.7"));
    }

    [Fact]
    public void A_port_that_gets_another_name_is_another_object()
    {
        _test.Model.Services.Apply(Web());
        var before = Find("10.96.0.10", 80, Tcp);
        _test.Model.Services.Apply(Web() with { Ports = [new("web", Tcp, 80, 30080)] });

        Assert.NotSame(before, Find("10.96.0.10", 80, Tcp));
        Assert.Equal("web", Find("10.96.0.10", 80, Tcp)!.PortName);
    }

    [Fact]
    public void Of_two_services_that_claim_the_same_port_the_first_has_it_until_it_goes()
    {
        _test.Model.Services.Apply(Web());
        _test.Model.Services.Apply(Web() with { Id = new("shop", "other", "uid-other") });
        Assert.Equal("web", Find("203.0.113.7", 80, Tcp)!.Name);

        _test.Model.Services.Delete(Web());
        Assert.Equal("other", Find("203.0.113.7", 80, Tcp)!.Name);

        _test.Model.Services.Delete(Web() with { Id = new("shop", "other", "uid-other") });
        Assert.Null(Find("203.0.113.7", 80, Tcp));
    }

    [Fact]
    public void A_service_that_is_gone_is_not_found_and_its_workload_is_gone()
    {
        _test.Model.Services.Apply(Web());
        var port = Find("10.96.0.10", 80, Tcp)!;
        List(_test.Model.Services, []);

        Assert.Null(Find("10.96.0.10", 80, Tcp));
        Assert.True(port.Endpoint.IsGone);
        Assert.True(port.Endpoint.Workload.IsGone);
    }

    [Fact]
    public void A_service_that_comes_back_under_its_name_has_new_ports_of_the_same_workload()
    {
        _test.Model.Services.Apply(Web());
        var before = Find("10.96.0.10", 80, Tcp)!;
        _test.Model.Services.Apply(Web() with { Id = new("shop", "web", "another") });
        var after = Find("10.96.0.10", 80, Tcp)!;

        Assert.NotSame(before, after);
        Assert.True(before.Endpoint.IsGone);
        Assert.False(after.Endpoint.IsGone);
        Assert.Same(before.Endpoint.Workload, after.Endpoint.Workload);
    }

    [Fact]
    public void A_headless_service_has_no_address()
    {
        _test.Model.Services.Apply(
            new ServiceObject { Id = new("shop", "db", "uid-db"), Ports = [new("sql", Tcp, 5432, 0)] }
        );

        Assert.Equal(1, _test.Model.Count().Services);
        Assert.Equal(0, _test.Model.Count().Addresses);
    }

    private static ServiceObject Web() =>
        new()
        {
            Id = new("shop", "web", "uid-web"),
            Type = "LoadBalancer",
            ClusterIps = [Address("10.96.0.10"), Address("fd00:96::10")],
            ExternalIps = [Address("198.51.100.7")],
            LoadBalancerIps = [Address("203.0.113.7")],
            Ports = [new("http", Tcp, 80, 30080), new("dns", Udp, 53, 30053)],
        };

    private ServicePort? Find(string ip, ushort port, byte protocol) =>
        _test.Model.FindService(Address(ip), port, protocol);

    private void AssertPort(string ip, ushort port, byte protocol, string name, ServiceAddressKind kind)
    {
        var found = Find(ip, port, protocol);
        Assert.NotNull(found);
        Assert.Equal(
            ("shop", "web", name, kind, port, protocol),
            (found.Namespace, found.Name, found.PortName, found.AddressKind, found.Port, found.Protocol)
        );
    }
}
