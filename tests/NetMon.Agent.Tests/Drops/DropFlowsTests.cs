using NetMon.Agent.Tests.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf;
using NetMon.Bpf.Records;
using NetMon.Core.Drops;
using NetMon.Core.Flows;
using static NetMon.Agent.Tests.Drops.DropsUnderTest;

namespace NetMon.Agent.Tests.Drops;

public sealed class DropFlowsTests : IDisposable
{
    private readonly DropsUnderTest _test = new();

    private NodeUnderTest Node => _test.Node;

    public void Dispose() => _test.Dispose();

    [Fact]
    public void A_flow_keeps_what_was_dropped_of_it_by_reason_and_end()
    {
        var flow = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.Web, NodeUnderTest.ClientInterface);
        Settle(flow);
        _test.Add(Drop(flow, Netfilter));
        _test.Add(Drop(flow, Netfilter));
        _test.Add(Drop(flow, Netfilter, reply: true));
        _test.Add(Drop(flow, NoSocket));
        _test.Look();

        var drops = _test.FlowOf(flow).Drops!;
        Assert.True(drops.ByPolicy);
        Assert.Equal(
            [new("NETFILTER_DROP", 4, 240, 2, 120), new("NO_SOCKET", 2, 120, 0, 0)],
            drops.Reasons.AsEnumerable()
        );
        Assert.Equal(_test.FlowOf(flow).Identity.Number, _test.Log.Read()[0].FlowNumber);
    }

    [Fact]
    public void Metrics_have_the_flows_workloads_and_count_each_packet_once()
    {
        var flow = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.Web, NodeUnderTest.ClientInterface);
        Settle(flow);
        _test.Add(Drop(flow, Netfilter));
        _test.Add(Drop(flow, NoSocket, netns: PodNetns));
        _test.Look();

        Assert.Equal(
            ["client web egress NETFILTER_DROP 2", "client web ingress NO_SOCKET 2"],
            _test.Series().Select(Short).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["client web egress NETFILTER_DROP 120", "client web ingress NO_SOCKET 120"],
            _test.Series("netmon_drop_bytes_total").Select(Short).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_drop_that_is_read_before_its_flow_waits_for_it()
    {
        var flow = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.Web, NodeUnderTest.ClientInterface);
        _test.Add(Drop(flow, Netfilter));
        _test.Look();
        Assert.Empty(_test.Log.Read());
        Settle(flow);
        _test.Look();

        Assert.Equal(2, _test.DropOf(flow).SentPackets);
        Assert.NotNull(Assert.Single(_test.Log.Read()).FlowNumber);
    }

    [Fact]
    public void Packets_that_never_came_to_an_interface_are_attributed_by_their_addresses()
    {
        var flow = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.RemoteWeb, NodeUnderTest.ClientInterface);
        _test.Add(Drop(flow, Netfilter, path: DropPath.Send, netns: PodNetns));
        _test.Look();
        Node.Time.Advance(TimeSpan.FromSeconds(1));
        _test.Look();

        var drop = Assert.Single(_test.Log.Read());
        Assert.Null(drop.FlowNumber);
        Assert.Equal(
            ("client", "web2"),
            (drop.Ends.Attribution.Source!.Workload.Name, drop.Ends.Attribution.Destination!.Workload.Name)
        );
        Assert.Equal(FlowDirection.Egress, drop.Ends.Direction);
        Assert.Equal(0, Node.Agent.Table.Count);
    }

    [Fact]
    public void Translated_packets_are_of_the_flow_that_asked_for_the_service()
    {
        var asked = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.Service, NodeUnderTest.ClientInterface);
        Settle(asked);
        var behind = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.Web, NodeUnderTest.ClientInterface);
        var sample = Drop(behind, Netfilter);
        sample.Value.Original = asked.Key;
        sample.Value.OriginalFrom = sample.Value.OriginalSource = (byte)asked.Initiator;
        _test.Add(sample);
        _test.Look();

        Assert.Equal(2, _test.DropOf(asked).SentPackets);
        Assert.Equal("web", Assert.Single(_test.Log.Read()).Ends.Attribution.Service?.Endpoint.Workload.Name);
    }

    [Fact]
    public void A_connection_that_a_rule_dropped_has_failed_by_policy()
    {
        var flow = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.RemoteWeb, NodeUnderTest.ClientInterface)
            .With(FlowFlags.SynSeen)
            .WithFlags(0x02, 0);
        flow.State.TcpState = FlowTcpState.SynSent;
        Node.Agent.Process(flow.Record(RecordReason.Open, (1, 60), default, Node.NowNs));
        Node.Wait(3000);
        _test.Add(Drop(flow, Netfilter));
        _test.Look();
        Node.Agent.TakeEvents();
        Node.Agent.Process(flow.Record(RecordReason.End, default, default, Node.NowNs));

        var end = Node.Agent.TakeEvents()[^1].Flow;
        Assert.Equal((FlowStatus.Failed, FlowCause.Policy), (end.Status, end.Cause));
    }

    [Fact]
    public void What_a_connection_in_time_wait_takes_is_no_loss()
    {
        var flow = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.Web, NodeUnderTest.ClientInterface);
        Settle(flow);
        var sample = Drop(flow, Unspecified);
        sample.Key.Location = TimeWaitPlace;
        _test.Add(sample);
        _test.Add(Drop(flow, Unspecified));
        _test.Look();

        Assert.Equal(2, _test.DropOf(flow).SentPackets);
        Assert.Equal([(TimeWaitPlace, Unspecified)], _test.Source.Ordinary);
        Assert.Equal(2, _test.Counters.ReadOrdinary("NOT_SPECIFIED"));
        Assert.Equal(
            """{reason="NOT_SPECIFIED"} 2""",
            Assert.Single(_test.Series("netmon_drops_ordinary_total"))
        );
    }

    [Fact]
    public void What_was_taken_out_of_the_kernel_counts_whatever_the_kernel_refuses_then()
    {
        var flow = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.Web, NodeUnderTest.ClientInterface);
        Settle(flow);
        var sample = Drop(flow, Unspecified);
        sample.Key.Location = TimeWaitPlace;
        _test.Add(sample);
        _test.Add(Drop(flow, Netfilter));
        _test.Source.Refuses = true;
        Assert.Throws<BpfException>(() => _test.Look());
        _test.Source.Refuses = false;
        _test.Look();

        Assert.Equal(2, _test.DropOf(flow).SentPackets);
        Assert.Equal(2, _test.Counters.ReadOrdinary("NOT_SPECIFIED"));
    }

    [Fact]
    public void The_loopback_of_a_pod_is_not_this_nodes()
    {
        var flow = Node.FromPod("127.0.0.1:40000", "127.0.0.1:80", NodeUnderTest.ClientInterface);
        _test.Add(Drop(flow, NoSocket, netns: PodNetns));
        _test.Look(last: true);

        var ends = Assert.Single(_test.Log.Read()).Ends.Attribution;
        Assert.Equal(("unknown", "Pod"), (ends.Source!.Workload.Name, ends.Destination!.Workload.Kind));
    }

    [Fact]
    public void What_the_kernel_could_not_attribute_is_shown_by_cause()
    {
        ref var total = ref _test.Source.Totals[(int)Netfilter];
        total.Packets = 10;
        total.Unattributed[(int)DropUnattributed.MapFull] = 4;
        total.Unattributed[(int)DropUnattributed.Unreadable] = 6;

        Assert.Equal(
            [
                """{reason="NETFILTER_DROP",cause="map_full"} 4""",
                """{reason="NETFILTER_DROP",cause="unreadable"} 6""",
            ],
            _test.Series("netmon_drops_unattributed_total")
        );
        Assert.Equal(" 3", Assert.Single(_test.Series("netmon_drops_missed_total")));
    }

    [Fact]
    public void The_list_forgets_the_oldest_and_followers_get_what_they_ask_for()
    {
        var flow = Node.FromPod(NodeUnderTest.Client, NodeUnderTest.Web, NodeUnderTest.ClientInterface);
        Settle(flow);
        Assert.True(DropQuery.TryParse([new("reason", "no_socket")], out var query, out _));
        using var follower = _test.Log.Follow(query)!;
        for (var i = 0; i < 3; i++)
        {
            _test.Add(Drop(flow, Netfilter));
            _test.Add(Drop(flow, NoSocket));
        }

        _test.Look(last: true);
        Assert.Equal(
            ["NO_SOCKET", "NETFILTER_DROP", "NO_SOCKET"],
            _test.Log.Read().Select(drop => drop.Reason.Name)
        );
        Assert.Equal(3, follower.Drops.Count);
        Assert.All(
            Enumerable.Range(0, 3),
            _ => Assert.True(follower.Drops.TryRead(out var drop) && drop.Reason.Name == "NO_SOCKET")
        );
        Assert.True(follower.Drops.Completion.IsCompleted);
    }

    private void Settle(TestFlow flow)
    {
        Node.Open(flow);
        Node.Wait(3000);
    }

    // Workloads, direction, reason and value of a series.
    private static string Short(string series)
    {
        string[] labels = ["src_workload", "dst_workload", "direction", "reason"];
        var values = labels.Select(label => series.Split($"{label}=\"")[1].Split('"')[0]);
        return $"{string.Join(' ', values)} {series.Split(' ')[^1]}";
    }
}
