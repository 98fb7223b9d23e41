using NetMon.Agent.Attribution;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using static NetMon.Agent.Tests.Attribution.NodeUnderTest;

namespace NetMon.Agent.Tests.Attribution;

/// <summary>Pods die, and their addresses come back with others: no flow may land on the wrong one.</summary>
public sealed class ChurnTests
{
    private const string Server = "10.2.0.2:8080";

    private readonly NodeUnderTest _node = new();

    [Fact]
    public void A_dead_pods_address_at_a_new_interface_is_not_that_pod()
    {
        _node.Open(_node.FromPod(Client, Server, ClientInterface));
        Assert.Equal("client", _node.Single().Attribution.Source!.Workload.Name);

        // The interface went and another came with the same address; of that the cluster has told nothing yet.
        _node.Addresses.RemovePod(ClientInterface);
        _node.Time.Advance(TimeSpan.FromSeconds(1));
        _node.AddPod(21, "10.1.0.2", isNew: true);
        _node.Open(_node.FromPod("10.1.0.2:40001", Server, 21));
        _node.Wait(500);
        Assert.Single(_node.Agent.Flows());

        _node.Cluster.Pod("successor", "n1", "10.1.0.2");
        _node.Wait(300);
        Assert.Equal("successor", Source(40001).Workload.Name);
        Assert.Equal("client", Source(40000).Workload.Name);
    }

    [Fact]
    public void A_new_pods_packets_are_its_own_though_they_were_there_before_the_agent_heard_that_the_interface_of_its_address_changed()
    {
        _node.Open(_node.FromPod(Client, Server, ClientInterface));

        // What the kernel tells of interfaces comes late, and what the API server tells, too.
        var early = _node.FromPod("10.1.0.2:40001", Server, 21);
        _node.Time.Advance(TimeSpan.FromSeconds(3));
        _node.Addresses.RemovePod(ClientInterface);
        _node.AddPod(21, "10.1.0.2", isNew: true);
        _node.Open(early);
        _node.Wait(500);
        Assert.Single(_node.Agent.Flows());

        _node.Cluster.Pod("successor", "n1", "10.1.0.2");
        _node.Wait(300);
        Assert.Equal("successor", Source(40001).Workload.Name);
        Assert.Equal("client", Source(40000).Workload.Name);
    }

    [Fact]
    public void If_the_cluster_tells_nothing_of_the_new_pod_in_time_it_is_unknown_rather_than_the_dead_one()
    {
        _node.Open(_node.FromPod(Client, Server, ClientInterface));
        _node.Addresses.RemovePod(ClientInterface);
        _node.Time.Advance(TimeSpan.FromSeconds(1));
        _node.AddPod(21, "10.1.0.2", isNew: true);
        _node.Open(_node.FromPod("10.1.0.2:40001", Server, 21));
        _node.Wait(2100);

        Assert.Equal("unknown", Source(40001).Workload.Name);
        Assert.Equal("n1", Source(40001).Node);
        Assert.Equal(1, _node.Counters.Read(AttributionResult.Timeout));
    }

    [Fact]
    public void The_last_flows_of_a_pod_are_its_own_though_the_cluster_gave_its_address_to_another_meanwhile()
    {
        _node.Open(_node.FromPod(Client, Server, ClientInterface));
        _node.Cluster.Pod("successor", "n1", "10.1.0.2");
        _node.Open(_node.FromPod("10.1.0.2:40001", Server, ClientInterface));

        Assert.Equal("client", Source(40001).Workload.Name);
    }

    [Fact]
    public void An_interface_that_was_taken_for_a_dead_pods_while_the_cluster_was_not_heard_is_its_own_pods_afterwards()
    {
        _node.Open(_node.FromPod(Client, Server, ClientInterface));
        _node.Single().Attribution.Source!.IsGone = true;
        _node.Cluster.Pod("successor", "n1", "10.1.0.2");
        _node.Open(_node.FromPod("10.1.0.2:40001", Server, ClientInterface));

        Assert.Equal("successor", Source(40001).Workload.Name);
    }

    [Fact]
    public void A_flow_towards_a_dead_pods_address_is_not_for_that_pod()
    {
        _node.Open(_node.FromPod("10.1.0.3:40000", "10.1.0.2:9000", WebInterface));
        Assert.Equal("client", _node.Single().Attribution.Destination!.Workload.Name);
        _node.Open(_node.FromPod(Client, Server, ClientInterface));
        _node.Addresses.RemovePod(ClientInterface);
        _node.Time.Advance(TimeSpan.FromSeconds(20));
        _node.Addresses.Prune();
        _node.Open(_node.FromPod("10.1.0.3:40001", "10.1.0.2:9000", WebInterface));
        _node.Wait(2100);

        var towards = _node.Agent.Flows().Single(flow => flow.Source.Port == 40001).Attribution;
        Assert.Equal("unknown", towards.Destination!.Workload.Name);
        Assert.False(towards.DestinationLocal);
    }

    [Fact]
    public void A_pod_that_gets_a_new_interface_is_believed_after_a_while()
    {
        _node.Open(_node.FromPod(Client, Server, ClientInterface));
        _node.Addresses.RemovePod(ClientInterface);
        _node.AddPod(21, "10.1.0.2", isNew: true);
        _node.Time.Advance(TimeSpan.FromSeconds(31));
        _node.Open(_node.FromPod("10.1.0.2:40001", Server, 21));

        Assert.Equal("client", Source(40001).Workload.Name);
    }

    [Fact]
    public void What_a_pod_forwards_for_others_is_not_its_own()
    {
        _node.Open(_node.FromPod(Client, Server, ClientInterface));
        _node.Open(_node.FromPod("10.1.0.3:41000", Server, ClientInterface));
        _node.Open(_node.FromPod("203.0.113.1:42000", Server, ClientInterface));

        Assert.Equal("web", Source(41000).Workload.Name);
        Assert.Equal("external", Source(42000).Workload.Name);
        Assert.All(_node.Agent.Flows(), flow => Assert.Equal(FlowDirection.Egress, flow.Direction));
    }

    [Fact]
    public void An_address_that_the_cluster_does_not_know_is_its_interfaces_pod()
    {
        _node.Addresses.SetAddresses(
            ClientInterface,
            [TestCluster.Address("10.1.0.2"), TestCluster.Address("172.30.0.5")]
        );
        _node.Open(_node.FromPod(Client, Server, ClientInterface));
        _node.Open(_node.FromPod("172.30.0.5:41000", Server, ClientInterface));

        Assert.Equal("client", Source(41000).Workload.Name);
    }

    private Endpoint Source(int port) =>
        _node.Agent.Flows().Single(flow => flow.Source.Port == port).Attribution.Source!;
}
