using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Tests.Metrics.Labels;

/// <summary>Attributed flows.</summary>
internal static class TestFlows
{
    /// <summary>A TCP flow between pods of two Deployments of namespace shop, the first of which is local.</summary>
    public static Flow Between(string source, string destination) => Between(Pod(source), Pod(destination));

    public static Flow Between(Endpoint source, Endpoint destination) =>
        new()
        {
            Source = new FlowEndpoint(NetworkAddress.FromIPv4(0x0a000001), 40_000, 1),
            Destination = new FlowEndpoint(new NetworkAddress(0x20010db800000000, 2), 8080, 2),
            Protocol = IpProtocol.Tcp,
            Attribution = new FlowAttribution
            {
                Source = source,
                Destination = destination,
                Scope = FlowScopes.Of(source.Kind, destination.Kind, FlowClass.Direct),
                SourceLocal = true,
            },
        };

    /// <summary>A pod <c>NAME-1</c> of Deployment NAME.</summary>
    public static Endpoint Pod(string workload, string node = "node-1", string zone = "zone-1") =>
        Pod(new Workload("shop", "Deployment", workload), $"{workload}-1", node, zone);

    public static Endpoint Pod(Workload workload, string name, string node = "node-1", string? zone = null) =>
        new()
        {
            Kind = EndpointKind.Pod,
            Workload = workload,
            Pod = name,
            PodUid = Guid.NewGuid().ToString(),
            Node = node,
            Zone = zone,
        };

    public static ServicePort Service(string name) =>
        new()
        {
            Endpoint = new Endpoint
            {
                Kind = EndpointKind.Service,
                Workload = new Workload("shop", "Service", name),
            },
            PortName = "http",
            AddressKind = ServiceAddressKind.ClusterIp,
            Port = 80,
            Protocol = IpProtocol.Tcp,
        };

    public static FlowLabels Sent(this Flow flow, FlowDirection direction = FlowDirection.Egress) =>
        FlowLabels.Sent(in flow, direction);

    public static FlowLabels Received(this Flow flow, FlowDirection direction = FlowDirection.Ingress) =>
        FlowLabels.Received(in flow, direction);
}
