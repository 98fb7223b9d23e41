using NetMon.Agent.Tests.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using static NetMon.Agent.Tests.Sockets.ScriptedSockets;

namespace NetMon.Agent.Tests.Sockets;

/// <summary>Pods on the network of node n1, whose address is 192.168.0.1.</summary>
public sealed class HostPodTests : IDisposable
{
    private const string Uid = "40934a46-d409-4f4a-bb8b-1ec0b0436320";
    private const string Local = "192.168.0.1:40000";
    private const string Cgroup =
        "/kubepods.slice/kubepods-pod40934a46_d409_4f4a_bb8b_1ec0b0436320.slice/cri-containerd-"
        + "afc114c69e71f18166abd63715398d7daa763c69a6454f71157272ab0bdca783.scope";

    private readonly NodeUnderTest _node = new(
        tracking: false,
        sockets: addresses => new ScriptedSockets(addresses)
    );

    public HostPodTests()
    {
        _node.Cluster.HostPods[Uid] = new(
            new Endpoint
            {
                Kind = EndpointKind.Pod,
                Workload = new Workload("monitoring", "DaemonSet", "probe"),
                Pod = "probe-x",
                PodUid = Uid,
                Node = "n1",
            },
            Final: true
        );
        Sockets.Cgroups[9] = Cgroup;
        Source = Sockets.Connect(_node.Agent.Table);
    }

    private ScriptedSockets Sockets => _node.Sockets!;

    private NetMon.Agent.Sockets.SocketSource Source { get; }

    public void Dispose() => Sockets.Dispose();

    [Fact]
    public void A_connection_of_a_pod_on_the_nodes_network_is_the_pods_from_the_start()
    {
        Sockets.Tell(Event(SocketKind.Opened, Local, NodeUnderTest.Outside, 12, "probe", cgroup: 9));
        var opened = _node.Agent.ProcessOne(
            Flow(Local, NodeUnderTest.Outside).Record(RecordReason.Open, (1, 60))
        );
        ref readonly var ends = ref opened.Flow.Attribution;
        Assert.Equal("probe", ends.Source!.Workload.Name);
        Assert.Equal(FlowScope.PodToExternal, ends.Scope);
        Assert.True(ends.SourceLocal);
    }

    [Fact]
    public void A_server_on_the_nodes_network_is_the_pod_by_its_port()
    {
        Sockets.Tell(Event(SocketKind.Bound, "[::]:9100", null, 12, "probe", cgroup: 9));
        var opened = _node.Agent.ProcessOne(
            Flow(NodeUnderTest.Outside, "192.168.0.1:9100").Record(RecordReason.Open, (1, 60))
        );
        Assert.Equal("probe", opened.Flow.Attribution.Destination!.Workload.Name);
    }

    [Fact]
    public void An_owner_in_no_pod_is_the_nodes_own_process()
    {
        Sockets.Cgroups[5] = "/system.slice/kubelet.service";
        Sockets.Tell(Event(SocketKind.Opened, Local, NodeUnderTest.Outside, 1, "kubelet"));
        var opened = _node.Agent.ProcessOne(
            Flow(Local, NodeUnderTest.Outside).Record(RecordReason.Open, (1, 60))
        );
        Assert.Equal(EndpointKind.Node, opened.Flow.Attribution.Source!.Kind);
        Assert.Equal("kubelet", opened.Flow.SourceOwner!.Command);
    }

    [Fact]
    public void An_end_waits_for_its_socket_a_quarter_of_a_second_and_no_longer()
    {
        var flow = Flow(Local, NodeUnderTest.Outside);
        _node.Agent.Process(flow.Record(RecordReason.Open, (1, 60)));
        Assert.Empty(_node.Agent.TakeEvents());
        _node.Agent.Pipeline.Attribute(flow.State.FirstNs + 100_000_000);
        Assert.Empty(_node.Agent.TakeEvents());
        _node.Agent.Pipeline.Attribute(flow.State.FirstNs + 600_000_000);
        var opened = Assert.Single(_node.Agent.TakeEvents());
        Assert.Equal(EndpointKind.Node, opened.Flow.Attribution.Source!.Kind);
    }

    [Fact]
    public void A_socket_that_is_told_of_while_its_flow_waits_makes_it_the_pods()
    {
        var flow = Flow(Local, NodeUnderTest.Outside);
        _node.Agent.Process(flow.Record(RecordReason.Open, (1, 60)));
        Sockets.Tell(Event(SocketKind.Opened, Local, NodeUnderTest.Outside, 12, "probe", cgroup: 9));
        Source.Take(flow.State.FirstNs + 20_000_000, last: false);
        _node.Agent.Pipeline.Attribute(flow.State.FirstNs + 50_000_000);
        var opened = Assert.Single(_node.Agent.TakeEvents());
        Assert.Equal("probe", opened.Flow.Attribution.Source!.Workload.Name);
        Assert.Equal(1, opened.Delta.Sent.Packets);
    }

    private static TestFlow Flow(string source, string destination) =>
        new TestFlow(source, destination).With(FlowFlags.SynSeen);
}
