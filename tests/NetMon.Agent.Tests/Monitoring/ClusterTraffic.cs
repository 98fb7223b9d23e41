using NetMon.Agent.Flows;
using NetMon.Agent.Metrics;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Monitoring;

/// <summary>Flows of a small shop, of every scope, status and direction, for the metrics of one node.</summary>
internal sealed class ClusterTraffic(FlowMetrics metrics)
{
    private readonly Endpoint _web = Pod("web", "web-1");
    private readonly Endpoint _api = Pod("api", "api-1");
    private readonly Endpoint _db = Pod("db", "db-0", "node-2");
    private readonly Endpoint _node = Endpoint.OfNode("node-1");
    private readonly Endpoint _office = Endpoint.NamedExternal("office");
    private int _flows;

    /// <summary>One flow of each kind begins, and those of before go on.</summary>
    public void Step()
    {
        Flow(_web, _api, "api", sourceLocal: true, destinationLocal: true);
        Flow(_api, _db, "db", sourceLocal: true, latencyMs: 4);
        Flow(_db, _api, "", destinationLocal: true);
        Flow(_api, Endpoint.External, "", sourceLocal: true, failed: true);
        Flow(Endpoint.External, _web, "shop", destinationLocal: true);
        Flow(_office, _db, "db", failed: true);
        Flow(_office, _api, "", destinationLocal: true, failed: true);
        Flow(_node, _web, "", sourceLocal: true, destinationLocal: true);
        Flow(_web, _node, "", sourceLocal: true, destinationLocal: true);
        Flow(_node, _office, "", sourceLocal: true, protocol: IpProtocol.Udp);
        Flow(_office, _node, "", destinationLocal: true);
        Flow(
            _node,
            Endpoint.OfNode("node-2"),
            "",
            sourceLocal: true,
            protocol: IpProtocol.Udp,
            overlay: true
        );
        Flow(_web, _db, "", sourceLocal: true, failed: true, protocol: IpProtocol.Icmp);
    }

    private void Flow(
        Endpoint source,
        Endpoint destination,
        string service,
        bool sourceLocal = false,
        bool destinationLocal = false,
        bool failed = false,
        byte protocol = IpProtocol.Tcp,
        bool overlay = false,
        int latencyMs = 1
    )
    {
        var flow = new Flow
        {
            Source = new FlowEndpoint(
                NetworkAddress.FromIPv4(0x0a000001),
                (ushort)(40_000 + (_flows++ % 1000)),
                1
            ),
            Destination = new FlowEndpoint(NetworkAddress.FromIPv4(0x0a000101), 80, 2),
            Protocol = protocol,
            Status = failed ? FlowStatus.Failed : FlowStatus.Ok,
            Cause = failed ? (FlowCause)(1 + (_flows % 4)) : FlowCause.None,
            Direction =
                sourceLocal ? FlowDirection.Egress
                : destinationLocal ? FlowDirection.Ingress
                : FlowDirection.Transit,
            ConnectUs = (uint)latencyMs * 1000,
            SynToSynAckUs = (uint)latencyMs * 900,
            SynAckToAckUs = (uint)latencyMs * 100,
            FirstByteUs = (uint)latencyMs * 3000,
            Attribution = new FlowAttribution
            {
                Source = source,
                Destination = destination,
                Service = service.Length == 0 ? null : Service(service),
                Scope = FlowScopes.Of(
                    source.Kind,
                    destination.Kind,
                    overlay ? FlowClass.Overlay : FlowClass.Direct
                ),
                SourceLocal = sourceLocal,
                DestinationLocal = destinationLocal,
            },
        };
        var counts = new FlowCounts
        {
            Sent = new Traffic { Packets = 10, Bytes = 1000 },
            Received = new Traffic { Packets = failed ? 0 : 20, Bytes = failed ? 0 : 20_000 },
            RetransmitsSent = protocol == IpProtocol.Tcp ? 1 : 0,
            ResetsReceived = failed && protocol == IpProtocol.Tcp ? 1 : 0,
        };
        var roundTrips = default(RoundTripCounts);
        if (protocol == IpProtocol.Tcp && !failed)
        {
            counts.ZeroWindowsSent = 1;
            counts.SourceHealth = Health(latencyMs * 100);
            counts.DestinationHealth = Health(latencyMs * 900);
            roundTrips.Any = true;
            roundTrips.Source[1] = 3;
            roundTrips.Destination[4] = 3;
        }

        FlowSeries series = default;
        metrics.Opened(in flow);
        metrics.Count(in flow, in counts, ref series);
        metrics.Count(in flow, in counts, in roundTrips, ref series);
        metrics.Decided(in flow, ref series);
        if (protocol == IpProtocol.Tcp && !failed)
        {
            metrics.Connected(in flow, ref series);
            metrics.Answered(in flow, ref series);
            flow.Cause = FlowCause.ResetByServer;
            metrics.Broken(in flow, ref series);
        }

        if (_flows % 3 == 0)
        {
            metrics.Ended(in flow, ref series);
        }
    }

    private static EndHealth Health(long roundTripUs) =>
        new()
        {
            RoundTrips = 3,
            RoundTripSumUs = 3 * roundTripUs,
            FastRetransmits = 2,
            TimeoutRetransmits = 1,
            SpuriousRetransmits = 1,
            OutOfOrder = 1,
            DuplicateAcks = 4,
            Gaps = 1,
            WindowFull = 1,
        };

    private static Endpoint Pod(string workload, string name, string node = "node-1") =>
        new()
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload("shop", workload == "db" ? "StatefulSet" : "Deployment", workload),
            Pod = name,
            Node = node,
        };

    private static ServicePort Service(string name) =>
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
}
