using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Endpoints;

public class AppProtocolsTests
{
    [Theory]
    [InlineData("http", "", "http")]
    [InlineData("HTTP", "web", "http")]
    [InlineData("kubernetes.io/h2c", "", "h2c")]
    [InlineData("example.org/thing", "http", "thing")]
    [InlineData("", "grpc", "grpc")]
    [InlineData("", "http-metrics", "http")]
    [InlineData("", "grpc-web", "grpc-web")]
    [InlineData("", "grpc-web-public", "grpc-web")]
    [InlineData("", "web", null)]
    [InlineData("", "httpd", null)]
    [InlineData("", "", null)]
    [InlineData("example.org/", "http", "http")]
    [InlineData("no spaces", "", null)]
    [InlineData("a-name-that-is-longer-than-any-protocol", "", null)]
    public void A_service_says_it_by_the_appProtocol_of_its_port_or_else_the_ports_name(
        string appProtocol,
        string portName,
        string? expected
    )
    {
        var spoken = AppProtocols.OfService(appProtocol, portName);
        Assert.Equal(expected, spoken?.Word);
        Assert.Equal(expected is null ? null : "service", spoken?.BasisWord);
    }

    [Theory]
    [InlineData(IpProtocol.Tcp, 5432, "postgresql")]
    [InlineData(IpProtocol.Tcp, 443, "https")]
    [InlineData(IpProtocol.Udp, 443, "quic")]
    [InlineData(IpProtocol.Udp, 53, "dns")]
    [InlineData(IpProtocol.Tcp, 8080, null)]
    [InlineData(IpProtocol.Icmp, 80, null)]
    public void Without_a_service_the_destinations_port_tells(byte protocol, ushort port, string? expected)
    {
        var flow = To(protocol, port);
        Assert.Equal(expected, AppProtocols.Find(in flow)?.Word);
        Assert.Equal(expected is null ? null : "port", AppProtocols.Find(in flow)?.BasisWord);

        // A client's port says nothing.
        (flow.Source, flow.Destination) = (flow.Destination, flow.Source);
        Assert.Null(AppProtocols.Find(in flow));
    }

    [Fact]
    public void A_service_knows_better_than_a_port_and_its_own_port_than_the_backends()
    {
        var flow = To(IpProtocol.Tcp, 6379);
        flow.Attribution.Service = Service(80, AppProtocols.OfService("grpc", ""));
        Assert.Equal("grpc", AppProtocols.Find(in flow)?.Word);
        flow.Attribution.Service = Service(80, null);
        Assert.Equal("http", AppProtocols.Find(in flow)?.Word);
        flow.Attribution.Service = Service(8000, null);
        Assert.Equal("redis", AppProtocols.Find(in flow)?.Word);
    }

    [Fact]
    public void A_published_port_counts_before_the_one_behind_it()
    {
        var flow = To(IpProtocol.Tcp, 8000);
        flow.Attribution.Asked = NetworkAddress.FromIPv4(0x0a000009);
        flow.Attribution.AskedPort = 443;
        Assert.Equal("https", AppProtocols.Find(in flow)?.Word);
    }

    private static Flow To(byte protocol, ushort port) =>
        new()
        {
            Protocol = protocol,
            Source = new(NetworkAddress.FromIPv4(0x0a000001), 40_000, 0),
            Destination = new(NetworkAddress.FromIPv4(0x0a000002), port, 0),
        };

    private static ServicePort Service(ushort port, AppProtocol? spoken) =>
        new()
        {
            Endpoint = new Endpoint { Kind = EndpointKind.Service, Workload = new("shop", "Service", "web") },
            PortName = "",
            AppProtocol = spoken,
            AddressKind = ServiceAddressKind.ClusterIp,
            Port = port,
            Protocol = IpProtocol.Tcp,
        };
}
