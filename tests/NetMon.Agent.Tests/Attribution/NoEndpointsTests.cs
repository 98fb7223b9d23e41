using NetMon.Agent.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;
using static NetMon.Agent.Tests.Attribution.NodeUnderTest;

namespace NetMon.Agent.Tests.Attribution;

public sealed class NoEndpointsTests
{
    private const string Unserved = "10.96.0.9:80";

    private readonly NodeUnderTest _node = new();

    public NoEndpointsTests()
    {
        _node.Cluster.Service("unserved", Unserved);
        _node.Cluster.Service("unserved", Unserved, protocol: IpProtocol.Udp);
    }

    [Fact]
    public void A_service_without_a_ready_endpoint_that_is_rejected_fails_at_once_and_says_why()
    {
        var flow = _node.FromPod(Client, Unserved, ClientInterface).WithFlags(2, 4);
        flow.State.TcpState = FlowTcpState.Reset;
        _node.Open(flow);
        _node.Wait(150);

        var failed = _node.Single();
        Assert.Equal((FlowStatus.Failed, FlowCause.NoEndpoints), (failed.Status, failed.Cause));
        Assert.Equal("unserved", failed.Attribution.Service!.Name);
        Assert.Equal(0, _node.Counters.Read(AttributionResult.Timeout));
    }

    [Fact]
    public void A_service_without_a_ready_endpoint_that_is_silent_fails_when_the_flow_ends()
    {
        var flow = _node.FromPod(Client, Unserved, ClientInterface).WithFlags(2, 0);
        flow.State.TcpState = FlowTcpState.SynSent;
        _node.Open(flow);
        _node.Wait(150);
        Assert.Equal(FlowStatus.Pending, _node.Single().Status);
        _node.Process(RecordReason.End, flow);

        Assert.Equal(FlowCause.NoEndpoints, _node.Agent.TakeEvents()[^1].Flow.Cause);
    }

    [Fact]
    public void A_datagram_to_a_service_without_a_ready_endpoint_has_failed_if_it_ends_unanswered()
    {
        var flow = _node.FromPod(Client, Unserved, ClientInterface, IpProtocol.Udp);
        _node.Open(flow);
        _node.Process(RecordReason.End, flow);
        _node.Wait(150);

        var end = _node.Agent.TakeEvents()[^1];
        Assert.Equal(
            (FlowEventKind.End, FlowStatus.Failed, FlowCause.NoEndpoints),
            (end.Kind, end.Flow.Status, end.Flow.Cause)
        );
        Assert.Contains(
            _node.Agent.Samples("netmon_flows_total").Keys,
            labels => labels.Contains("failed", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_terminating_endpoint_that_still_serves_is_the_destination()
    {
        _node.Connections.Add(Client, Unserved, RemoteWeb, Client);
        var flow = _node.FromPod(Client, Unserved, ClientInterface).Established();
        _node.Open(flow);
        _node.Step();

        Assert.Equal("web2", _node.Single().Attribution.Destination!.Workload.Name);
        Assert.Equal(FlowStatus.Ok, _node.Single().Status);
    }

    [Fact]
    public void A_backend_that_refuses_is_not_a_missing_one()
    {
        _node.Connections.Add(Client, Unserved, RemoteWeb, Client);
        var flow = _node.FromPod(Client, Unserved, ClientInterface).WithFlags(2, 4);
        flow.State.TcpState = FlowTcpState.Reset;
        _node.Open(flow);
        _node.Step();

        Assert.Equal(FlowCause.Refused, _node.Single().Cause);
    }
}
