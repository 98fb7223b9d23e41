using NetMon.Agent.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using static NetMon.Agent.Tests.Attribution.NodeUnderTest;
using static NetMon.Agent.Tests.Attribution.TranslationCase;

namespace NetMon.Agent.Tests.Attribution;

/// <summary>Every way in which a connection may be translated on a node: one flow comes out, with the true ends, however its two keys come in.</summary>
public sealed class TranslationTests
{
    private static readonly string[] Local = ["client", "client6", "web", "n1"];

    public static TheoryData<string, string> Names
    {
        get
        {
            var names = new TheoryData<string, string>();
            foreach (var name in TranslationCase.All.Keys)
            {
                foreach (var order in new[] { "one batch", "batch by batch", "backend's key first" })
                {
                    names.Add(name, order);
                }
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_flow_comes_out_with_the_true_ends_and_every_packet_once(string name, string order)
    {
        var expected = TranslationCase.All[name];
        var node = new NodeUnderTest();
        var keys = expected.Keys(node);
        var first = order == "backend's key first" ? keys.Reverse() : keys;
        foreach (var key in first)
        {
            node.Open(key);
            if (order != "one batch")
            {
                node.Step();
            }
        }

        node.Step();
        node.Wait(30);
        foreach (var key in keys)
        {
            node.Process(RecordReason.Update, key);
        }

        var flow = node.Single();
        Assert.Equal(expected.Source, Text(flow.Source));
        Assert.Equal(expected.Destination, Text(flow.Destination));
        Assert.Equal(expected.From, flow.Attribution.Source!.Workload.Name);
        Assert.Equal(expected.To, flow.Attribution.Destination!.Workload.Name);
        Assert.Equal(expected.ServiceName, flow.Attribution.Service?.Name);
        Assert.Equal(
            expected.Asked,
            flow.Attribution.Asked.IsUnspecified
                ? null
                : Text(new(flow.Attribution.Asked, flow.Attribution.AskedPort, 0))
        );
        Assert.Equal(expected.Scope, flow.Attribution.Scope.Word());
        Assert.Equal(expected.Direction, flow.Direction.Word());
        Assert.Equal((20, 20_000), (flow.Total.Sent.Packets, flow.Total.Sent.Bytes));
        Assert.Equal((20, 20_000), (flow.Total.Received.Packets, flow.Total.Received.Bytes));
        Assert.Equal(40 * (keys.Length - 1), node.Counters.ShadowPackets);
        Assert.Equal(keys.Length - 1, node.Counters.Read(AttributionResult.Shadow));
        Assert.Equal(0, node.Counters.Read(AttributionResult.Timeout));
        Assert.Equal(1, node.Agent.Samples("netmon_flows_active").Values.Sum());

        foreach (var key in keys)
        {
            node.Process(RecordReason.End, key);
            node.Process(RecordReason.Late, key);
        }

        Assert.Equal(0, node.Agent.Table.Count);
        Assert.Equal(80 * (keys.Length - 1), node.Counters.ShadowPackets);
        Assert.Equal(
            80_000,
            node.Agent.TakeEvents().Sum(step => step.Delta.Sent.Bytes + step.Delta.Received.Bytes)
        );
        AssertDirections(node, expected);
    }

    // What a local end sends is egress, what it receives is ingress; a flow's 40 kB go each way.
    private static void AssertDirections(NodeUnderTest node, TranslationCase expected)
    {
        var local = new[] { expected.From, expected.To }.Count(Local.Contains);
        Assert.Equal(40_000 * local, node.Bytes(FlowDirection.Egress));
        Assert.Equal(40_000 * local, node.Bytes(FlowDirection.Ingress));
        Assert.Equal(local == 0 ? 80_000 : 0, node.Bytes(FlowDirection.Transit));
        Assert.Equal(Math.Max(1, local), node.Agent.Samples("netmon_flows_total").Values.Sum());
    }

    [Fact]
    public void A_node_port_of_another_node_is_a_service_at_a_node_and_nobody_is_asked_for_it()
    {
        var node = new NodeUnderTest();
        node.Cluster.Service("web", "192.168.0.2:30080", ServiceAddressKind.NodePort, backends: [RemoteWeb]);
        node.Open(node.FromPod(Client, "192.168.0.2:30080", ClientInterface));

        var flow = node.Single();
        Assert.Equal("web", flow.Attribution.Service?.Name);
        Assert.Equal("Node/n2", flow.Attribution.Destination!.Workload.ToString());
        Assert.Equal(FlowScope.PodToNode, flow.Attribution.Scope);
        Assert.Equal(0, node.Connections.Asked);
    }

    [Fact]
    public void Packets_that_pass_from_pod_to_pod_or_come_from_other_nodes_are_asked_for_nowhere()
    {
        var node = new NodeUnderTest();
        node.Open(
            node.FromPod(Client, "10.1.0.3:9999", ClientInterface),
            node.FromPod(Client, Website, ClientInterface),
            node.In("10.2.0.2:40000", Web),
            node.In("192.168.0.2:40000", "10.1.0.3:9999")
        );
        node.Step();

        Assert.Equal(4, node.Agent.Flows().Count);
        Assert.Equal(0, node.Connections.Asked);
        Assert.Equal(4, node.Counters.Read(AttributionResult.Immediate));
    }

    [Fact]
    public void One_question_serves_both_keys_of_a_connection()
    {
        var node = new NodeUnderTest();
        node.Connections.Add(Client, Service, RemoteWeb, Client);
        node.Open(node.Out(Client, RemoteWeb), node.FromPod(Client, Service, ClientInterface));
        node.Step();

        Assert.Equal(1, node.Connections.Asked);
        Assert.Equal(1, node.Counters.Read(AttributionResult.Shadow));
    }

    [Fact]
    public void A_port_of_this_host_that_was_not_translated_is_not_asked_for_each_time()
    {
        var node = new NodeUnderTest();
        for (var port = 50000; port < 50010; port++)
        {
            node.Connections.Add(
                $"203.0.113.9:{port}",
                "192.168.0.1:22",
                "192.168.0.1:22",
                $"203.0.113.9:{port}"
            );
            node.Open(node.In($"203.0.113.9:{port}", "192.168.0.1:22"));
            node.Step();
        }

        Assert.Equal(10, node.Agent.Flows().Count);
        Assert.Equal(1, node.Connections.Asked);
    }

    [Fact]
    public void A_connection_that_was_met_midway_is_turned_round_if_the_service_was_seen_to_send_first()
    {
        var node = new NodeUnderTest();
        node.Connections.Add(Client, Service, RemoteWeb, Client);
        var met = new TestFlow(Service, Client, startNs: node.NowNs).ObservedAt(
            sent: ClientInterface | FlowStateRecord.ObserverPod | FlowStateRecord.ObserverEgress,
            received: 0
        );
        node.Agent.Process(met.Record(RecordReason.Open, (3, 300), default, node.NowNs));
        node.Step();

        var flow = node.Single();
        Assert.Equal((Client, RemoteWeb), (Text(flow.Source), Text(flow.Destination)));
        Assert.Equal((0, 3), (flow.Total.Sent.Packets, flow.Total.Received.Packets));
    }

    [Fact]
    public void A_port_that_another_node_masquerades_with_does_not_turn_a_flow_round_because_it_is_a_node_port_too()
    {
        const string chosen = "192.168.0.2:30053";
        var node = new NodeUnderTest();
        node.Cluster.Service("dns", chosen, ServiceAddressKind.NodePort, IpProtocol.Udp, RemoteWeb);
        var request = new TestFlow(chosen, Web, IpProtocol.Udp, startNs: node.NowNs).ObservedAt(Uplink, 0);
        node.Agent.Process(request.Record(RecordReason.Open, (3, 300), default, node.NowNs));
        node.Step();

        var flow = node.Single();
        Assert.Equal((chosen, Web), (Text(flow.Source), Text(flow.Destination)));
        Assert.Null(flow.Attribution.Service);
        Assert.Equal((3, 0), (flow.Total.Sent.Packets, flow.Total.Received.Packets));
    }

    [Fact]
    public void A_masqueraded_connection_that_was_met_midway_is_found_whoever_sends_first()
    {
        var node = new NodeUnderTest();
        node.Connections.Add(Client, Website, Website, Masqueraded);
        var answer = new TestFlow(Website, Masqueraded, startNs: node.NowNs).ObservedAt(Uplink, 0);
        var before = new TestFlow(Website, Client, startNs: node.NowNs).ObservedAt(
            sent: ClientInterface | FlowStateRecord.ObserverPod | FlowStateRecord.ObserverEgress,
            received: 0
        );
        node.Open(answer, before);
        node.Step();

        Assert.Equal("client", node.Single().Attribution.Source!.Workload.Name);
        Assert.Equal(20, node.Counters.ShadowPackets);
    }

    [Fact]
    public void A_backends_key_whose_other_key_never_comes_is_counted_with_the_true_ends_when_the_wait_is_over()
    {
        var node = new NodeUnderTest();
        node.Connections.Add("10.1.0.99:40000", Service, RemoteWeb, "10.1.0.99:40000");
        node.Cluster.Pod("unobserved", "n1", "10.1.0.99");
        node.Open(node.Out("10.1.0.99:40000", RemoteWeb));
        node.Wait(1990);
        Assert.Empty(node.Agent.Flows());
        node.Wait(20);

        var flow = node.Single();
        Assert.Equal("unobserved", flow.Attribution.Source!.Workload.Name);
        Assert.Equal("web", flow.Attribution.Service!.Name);
        Assert.Equal(1, node.Counters.Read(AttributionResult.Translated));

        // Now the pod's interface is observed, too: the packets stay where they are counted.
        node.AddPod(31, "10.1.0.99");
        node.Open(node.FromPod("10.1.0.99:40000", Service, 31));
        node.Step();
        Assert.Equal(1, node.Counters.Read(AttributionResult.Shadow));
        Assert.Equal("unobserved", node.Single().Attribution.Source!.Workload.Name);
    }

    [Fact]
    public void Of_a_masqueraded_connection_that_is_counted_behind_its_translation_the_other_key_is_the_shadow()
    {
        var node = new NodeUnderTest();
        node.Connections.Add("10.1.0.99:40000", Website, Website, Masqueraded);
        node.Cluster.Pod("unobserved", "n1", "10.1.0.99");
        node.Open(node.Out(Masqueraded, Website));
        node.Wait(2010);
        Assert.Equal("unobserved", node.Single().Attribution.Source!.Workload.Name);

        node.AddPod(31, "10.1.0.99");
        node.Open(node.FromPod("10.1.0.99:40000", Website, 31));
        node.Step();
        Assert.Equal(1, node.Counters.Read(AttributionResult.Shadow));
        Assert.Equal(20, node.Counters.ShadowPackets);
        Assert.Single(node.Agent.Flows());
    }

    [Fact]
    public void Without_connection_tracking_a_service_is_the_destination()
    {
        var node = new NodeUnderTest(tracking: false);
        node.Open(node.FromPod(Client, Service, ClientInterface));

        var flow = node.Single();
        Assert.Same(node.WebService.Endpoint, flow.Attribution.Destination);
        Assert.Equal(Service, Text(flow.Destination));
        Assert.Equal(FlowScope.PodToPod, flow.Attribution.Scope);
    }

    private static string Text(FlowEndpoint end) =>
        new System.Net.IPEndPoint(end.Address.ToIPAddress(), end.Port).ToString();
}
