using NetMon.Agent.Attribution;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Agent.Tests.Attribution;

/// <summary>A host of containers without a cluster.</summary>
public sealed class StandaloneTests
{
    private const uint Uplink = 2;
    private const uint Container = 9 | FlowStateRecord.ObserverPod;
    private const uint Leaves = FlowStateRecord.ObserverEgress;

    private readonly ulong _now = WallClock.MonotonicNs;
    private readonly TestConnections _connections = new();
    private readonly PipelineUnderTest _agent;

    public StandaloneTests()
    {
        var view = new StandaloneView(
            new NetworkNames([new NamedNetwork(Cidr.Parse("203.0.113.0/24"), "office")])
        );
        var addresses = new LocalAddresses(TimeProvider.System);
        addresses.AddOwn(TestCluster.Address("192.168.0.1"));
        addresses.AddPod(9, 0);
        addresses.SetAddresses(9, [TestCluster.Address("172.17.0.2")]);
        _agent = new PipelineUnderTest(
            sources: new AttributionSources
            {
                View = view,
                Addresses = addresses,
                Node = new ThisNode(view, null, "myhost"),
                Clock = new WallClock(TimeProvider.System),
                Connections = _connections,
            }
        );
    }

    [Fact]
    public void A_container_that_talks_to_the_outside_through_masquerading_is_one_flow()
    {
        _connections.Add("172.17.0.2:40000", "198.51.100.7:443", "198.51.100.7:443", "192.168.0.1:61000");
        Open("172.17.0.2:40000", "198.51.100.7:443", Container, Container | Leaves);
        Open("192.168.0.1:61000", "198.51.100.7:443", Uplink | Leaves, Uplink);

        var flow = Single();
        Assert.Equal(
            ("Pod", "unknown"),
            (flow.Attribution.Source!.Workload.Kind, flow.Attribution.Source.Workload.Name)
        );
        Assert.Equal("myhost", flow.Attribution.Source.Node);
        Assert.Equal(FlowScope.PodToExternal, flow.Attribution.Scope);
        Assert.Equal(1, _agent.Attribution.Read(AttributionResult.Shadow));
    }

    [Fact]
    public void A_published_port_is_one_flow_to_the_container()
    {
        _connections.Add("203.0.113.9:50000", "192.168.0.1:8080", "172.17.0.2:80", "203.0.113.9:50000");
        Open("203.0.113.9:50000", "192.168.0.1:8080", Uplink, Uplink | Leaves);
        Open("203.0.113.9:50000", "172.17.0.2:80", Container | Leaves, Container);

        var flow = Single();
        Assert.Equal("office", flow.Attribution.Source!.Workload.Name);
        Assert.Equal((FlowDirection.Ingress, (ushort)80), (flow.Direction, flow.Destination.Port));
        Assert.Equal((ushort)8080, flow.Attribution.AskedPort);
        Assert.Null(flow.Attribution.Service);
    }

    [Fact]
    public void What_a_router_forwards_and_masquerades_is_one_flow_in_transit()
    {
        _connections.Add("10.9.0.5:40000", "198.51.100.7:443", "198.51.100.7:443", "192.168.0.1:61000");
        Open("10.9.0.5:40000", "198.51.100.7:443", 3, 3 | Leaves);
        Open("192.168.0.1:61000", "198.51.100.7:443", Uplink | Leaves, Uplink);

        var flow = Single();
        Assert.Equal(
            (FlowScope.ExternalToExternal, FlowDirection.Transit),
            (flow.Attribution.Scope, flow.Direction)
        );
    }

    [Fact]
    public void The_host_itself_is_a_node_by_its_name_and_multicast_that_it_receives_is_its_own()
    {
        Open("192.168.0.1:40000", "203.0.113.9:443", Uplink | Leaves, Uplink);
        Assert.Equal("Node/myhost", Single().Attribution.Source!.Workload.ToString());

        Open("192.168.0.77:5353", "224.0.0.251:5353", Uplink, 0, IpProtocol.Udp);
        var multicast = _agent.Flows().Single(flow => flow.Protocol == IpProtocol.Udp);
        Assert.Equal(FlowDirection.Ingress, multicast.Direction);
        Assert.Equal("multicast", multicast.Attribution.Destination!.Workload.Name);
    }

    private void Open(
        string source,
        string destination,
        uint sent,
        uint received,
        byte protocol = IpProtocol.Tcp
    )
    {
        _agent.Process(
            new TestFlow(source, destination, protocol, _now)
                .With(FlowFlags.SynSeen)
                .ObservedAt(sent, received)
                .Record(RecordReason.Open, (1, 60), (1, 60))
        );
    }

    private Flow Single()
    {
        _agent.Pipeline.Attribute(_now + 1_000_000_000);
        _agent.Pipeline.Attribute(_now + 2_000_000_000);
        return Assert.Single(_agent.Flows());
    }
}
