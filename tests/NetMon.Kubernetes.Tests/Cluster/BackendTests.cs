using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class BackendTests
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    private readonly ModelUnderTest _test = new();

    [Fact]
    public void A_backend_is_known_by_address_port_and_protocol()
    {
        _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")));

        Assert.True(IsBackend("10.244.1.7", 8080, Tcp));
        Assert.False(IsBackend("10.244.1.7", 8081, Tcp));
        Assert.False(IsBackend("10.244.1.7", 8080, Udp));
        Assert.False(IsBackend("10.244.1.8", 8080, Tcp));
    }

    [Fact]
    public void Port_zero_stands_for_all_ports_of_the_protocol()
    {
        _test.Model.EndpointSlices.Apply(
            Slice("a", Endpoint("10.244.1.7")) with
            {
                Ports = [new("", Tcp, 0)],
            }
        );

        Assert.True(IsBackend("10.244.1.7", 1, Tcp));
        Assert.False(IsBackend("10.244.1.7", 1, Udp));
    }

    [Fact]
    public void A_slice_of_no_service_leads_nowhere()
    {
        _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")) with { Service = null });
        Assert.False(IsBackend("10.244.1.7", 8080, Tcp));

        _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")));
        Assert.True(IsBackend("10.244.1.7", 8080, Tcp));
    }

    [Fact]
    public void An_endpoint_of_two_slices_stays_when_one_of_them_goes()
    {
        _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")));
        _test.Model.EndpointSlices.Apply(Slice("b", Endpoint("10.244.1.7"), Endpoint("10.244.1.7")));
        _test.Model.EndpointSlices.Delete(Slice("a"));
        _test.Now = 1000;
        _test.Model.Housekeep();

        Assert.True(IsBackend("10.244.1.7", 8080, Tcp));
        Assert.True(_test.Model.HasReadyEndpoints(Port("http")));
    }

    [Fact]
    public void A_backend_that_no_slice_names_any_more_is_one_for_as_long_as_its_connections_may_be_asked_for()
    {
        _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")));
        _test.Now = 10;
        _test.Model.EndpointSlices.Apply(Slice("a"));
        _test.Now = 309;
        _test.Model.Housekeep();
        Assert.True(IsBackend("10.244.1.7", 8080, Tcp));

        _test.Now = 310;
        _test.Model.Housekeep();
        Assert.False(IsBackend("10.244.1.7", 8080, Tcp));
        Assert.Equal(0, _test.Model.Count().Backends);
    }

    [Fact]
    public void A_backend_that_comes_and_goes_is_remembered_from_its_last_time_on()
    {
        foreach (var time in (int[])[0, 100])
        {
            _test.Now = time;
            _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")));
            _test.Model.EndpointSlices.Apply(Slice("a"));
        }

        _test.Now = 399;
        _test.Model.Housekeep();
        Assert.True(IsBackend("10.244.1.7", 8080, Tcp));
        _test.Now = 400;
        _test.Model.Housekeep();
        Assert.False(IsBackend("10.244.1.7", 8080, Tcp));
    }

    [Theory]
    [InlineData(true, true, false, true)]
    [InlineData(false, false, false, false)]
    [InlineData(false, true, true, true)]
    [InlineData(false, true, false, false)]
    [InlineData(false, false, true, false)]
    public void A_backend_takes_traffic_while_it_is_ready_or_still_serves_as_it_ends(
        bool ready,
        bool serving,
        bool terminating,
        bool takes
    )
    {
        _test.Model.EndpointSlices.Apply(
            Slice(
                "a",
                Endpoint("10.244.1.7") with
                {
                    Ready = ready,
                    Serving = serving,
                    Terminating = terminating,
                }
            )
        );

        Assert.Equal(takes, _test.Model.HasReadyEndpoints(Port("http")));
        Assert.True(IsBackend("10.244.1.7", 8080, Tcp));
    }

    [Fact]
    public void Readiness_is_by_the_name_of_the_port()
    {
        _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")));
        _test.Model.EndpointSlices.Apply(
            Slice("b", Endpoint("10.244.1.8") with { Ready = false, Serving = false }) with
            {
                Ports = [new("admin", Tcp, 9000)],
            }
        );

        Assert.True(_test.Model.HasReadyEndpoints(Port("http")));
        Assert.False(_test.Model.HasReadyEndpoints(Port("admin")));
        Assert.False(_test.Model.HasReadyEndpoints(Port("http", "other")));

        _test.Model.EndpointSlices.Delete(Slice("a"));
        Assert.False(_test.Model.HasReadyEndpoints(Port("http")));
    }

    [Fact]
    public void A_slice_that_moves_to_another_service_is_its_alone()
    {
        _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")));
        _test.Model.EndpointSlices.Apply(Slice("a", Endpoint("10.244.1.7")) with { Service = "other" });

        Assert.False(_test.Model.HasReadyEndpoints(Port("http")));
        Assert.True(_test.Model.HasReadyEndpoints(Port("http", "other")));
    }

    [Fact]
    public void Backends_of_the_api_server_have_its_name_unless_they_are_nodes_or_pods()
    {
        _test.Model.Nodes.Apply(Node("node-1", "192.0.2.1"));
        var slice = Slice("kubernetes", Endpoint("192.0.2.1"), Endpoint("203.0.113.50")) with
        {
            Id = new("default", "kubernetes", "uid-kubernetes"),
            Service = "kubernetes",
        };
        _test.Model.EndpointSlices.Apply(slice);

        Assert.Equal("node-1", _test.Who("192.0.2.1"));
        Assert.Equal("kube-apiserver", _test.Who("203.0.113.50"));
        Assert.Equal(EndpointKind.External, _test.Find("203.0.113.50").Endpoint.Kind);

        _test.Now = 10;
        _test.Model.EndpointSlices.Apply(slice with { Endpoints = [Endpoint("203.0.113.51")] });
        Assert.Equal("external", _test.Who("203.0.113.50", 11));
        Assert.Equal("kube-apiserver", _test.Who("203.0.113.50", 9));
        Assert.Equal("kube-apiserver", _test.Who("203.0.113.51"));
    }

    private bool IsBackend(string ip, ushort port, byte protocol) =>
        _test.Model.IsBackend(Address(ip), port, protocol);

    private static SliceEndpointObject Endpoint(string ip) =>
        new([Address(ip)], Ready: true, Serving: true, Terminating: false, TargetUid: null, Node: null);

    private static EndpointSliceObject Slice(string name, params SliceEndpointObject[] endpoints) =>
        new()
        {
            Id = new("shop", $"web-{name}", $"uid-{name}"),
            Service = "web",
            Ports = [new("http", Tcp, 8080)],
            Endpoints = endpoints,
        };

    private static ServicePort Port(string name, string service = "web") =>
        new()
        {
            Endpoint = new() { Kind = EndpointKind.Service, Workload = new("shop", "Service", service) },
            PortName = name,
            AddressKind = ServiceAddressKind.ClusterIp,
            Port = 80,
            Protocol = Tcp,
        };
}
